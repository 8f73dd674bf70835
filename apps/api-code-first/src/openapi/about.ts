/** What the document says of itself and of its parts. */
export const about = {
  openapi: "3.1.0",
  info: {
    title: "DevStack Core - Reference API",
    version: "1.0.0",
    summary:
      "How an application uses Vault, PostgreSQL, MySQL, MongoDB, Redis Cluster and RabbitMQ.",
    description: `Every answer carries \`X-Request-ID\`: the request's own where it sends a well-formed one, a new UUID otherwise.

Errors have one envelope, whatever went wrong. A path that does not exist is answered with 404, a method that a path
does not have with 405 and \`Allow\`; what is no request of HTTP/1.1 with 400, 408 or 431. These belong to no
operation and are therefore not listed with them.
A slash at a path's end makes no difference.
`,
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/", description: "The application that serves this document." }],
  security: [],
  tags: [
    { name: "about", description: "What this application is, and this document." },
    {
      name: "health",
      description:
        "Asks each dependency itself, past any open circuit breaker. Ill health is an answer, not an error.",
    },
    { name: "redis", description: "The Redis Cluster as its nodes see it." },
    {
      name: "vault",
      description: "Reads secrets with the application's own AppRole, and shows them masked.",
    },
    { name: "databases", description: "One query to each database, through its pool." },
    { name: "cache", description: "Keys and values in the Redis Cluster." },
    { name: "messaging", description: "Queues of RabbitMQ." },
    { name: "metrics", description: "For Prometheus." },
  ],
} as const;
