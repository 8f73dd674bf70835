import { json, jsonPage, page } from "../answers/ok.ts";
import { always } from "../answers/other-answers.ts";
import type { Route } from "../route.ts";
import { OpenApiDocument, Root } from "../schemas/about.ts";

export const rootRoute: Route = {
  operationId: "getRoot",
  method: "GET",
  path: "/",
  tag: "about",
  summary: "What this application is and where things are",
  answers: {
    ...json("An overview.", Root, {
      name: "DevStack Core - Reference API",
      version: "1.0.0",
      description:
        "How an application uses Vault, PostgreSQL, MySQL, MongoDB, Redis Cluster and RabbitMQ.",
      language: "TypeScript",
      docs: "/docs",
      health: "/health/all",
      metrics: "/metrics",
      security: {
        cors: {
          allowed_origins: ["http://localhost:3000", "http://127.0.0.1:3000"],
          allow_credentials: true,
        },
        rate_limiting: { general: "100/minute", health: "200/minute", metrics: "1000/minute" },
        request_validation: {
          max_body_bytes: 10_485_760,
          allowed_content_types: ["application/json", "text/plain"],
        },
        circuit_breakers: {
          services: ["vault", "postgres", "mysql", "mongodb", "redis", "rabbitmq"],
          failure_threshold: 5,
          reset_seconds: 60,
        },
      },
      redis_cluster: {
        nodes: "/redis/cluster/nodes",
        slots: "/redis/cluster/slots",
        info: "/redis/cluster/info",
        node_info: "/redis/nodes/{node_name}/info",
      },
      examples: {
        vault: "/examples/vault/secret/{service_name}",
        postgres: "/examples/database/postgres/query",
        mysql: "/examples/database/mysql/query",
        mongodb: "/examples/database/mongodb/query",
        cache: "/examples/cache/{key}",
        publish: "/examples/messaging/publish/{queue_name}",
        consume: "/examples/messaging/consume/{queue_name}",
        queue: "/examples/messaging/queue/{queue_name}/info",
      },
    }),
    ...always,
  },
};

const metricsExample = `# HELP http_requests_total Requests by method, route and status.
# TYPE http_requests_total counter
http_requests_total{method="GET",endpoint="/health/",status="200"} 7
`;

export const metricsRoute: Route = {
  operationId: "getMetrics",
  method: "GET",
  path: "/metrics",
  tag: "metrics",
  summary: "What is counted and measured, for Prometheus",
  extensions: { "x-differs-by-implementation": ["app_info", "process_*", "nodejs_*", "go_*"] },
  answers: { ...page("In Prometheus' text format.", "text/plain", metricsExample), ...always },
};

export const documentRoutes: readonly Route[] = [
  {
    operationId: "getDocs",
    method: "GET",
    path: "/docs",
    tag: "about",
    summary: "This document in Swagger UI",
    answers: { ...page("The page.", "text/html"), ...always },
  },
  {
    operationId: "getRedoc",
    method: "GET",
    path: "/redoc",
    tag: "about",
    summary: "This document in ReDoc",
    answers: { ...page("The page.", "text/html"), ...always },
  },
  {
    operationId: "getOpenapi",
    method: "GET",
    path: "/openapi.json",
    tag: "about",
    summary: "This document",
    answers: { ...jsonPage("OpenAPI 3.1.", OpenApiDocument), ...always },
  },
];
