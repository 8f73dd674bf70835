import type { ApiContext } from "../context.ts";
import { ConfigurationError } from "../errors/api-errors.ts";
import { Page } from "./operation.ts";

const title = "DevStack Core - Reference API";

export async function getMetrics({ metrics }: ApiContext) {
  return new Page(metrics.contentType, await metrics.text());
}

/** The document that the application gave the context. */
export async function getOpenapi({ openapiDocument }: ApiContext) {
  if (openapiDocument === undefined)
    throw new ConfigurationError("The application has no OpenAPI document.");
  return new Page("application/json; charset=utf-8", JSON.stringify(openapiDocument));
}

/** Swagger UI; its files are served under `/docs/assets/`. */
export async function getDocs() {
  return page(
    `<link rel="stylesheet" href="/docs/assets/swagger-ui.css" />
    <link rel="icon" href="/docs/assets/favicon-32x32.png" />`,
    `<div id="swagger-ui"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/start-swagger-ui.js"></script>`,
    pagePolicy,
  );
}

export async function getRedoc() {
  return page(
    `<link rel="icon" href="data:," />`,
    `<redoc spec-url="/openapi.json" disable-google-font="true"></redoc>
    <script src="/docs/assets/redoc.standalone.js"></script>`,
    `${pagePolicy}; worker-src blob:`, // its search
  );
}

/** All from the application itself, whose routes `Try it out` asks. Both write styles into the page, neither a script. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function page(links: string, body: string, policy: string): Page {
  return new Page(
    "text/html; charset=utf-8",
    `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    ${links}
    <style>body { margin: 0; }</style>
  </head>
  <body>
    ${body}
  </body>
</html>
`,
    policy,
  );
}
