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
  );
}

export async function getRedoc() {
  return page(
    `<link rel="icon" href="data:," />`,
    `<redoc spec-url="/openapi.json" disable-google-font="true"></redoc>
    <script src="/docs/assets/redoc.standalone.js"></script>`,
  );
}

function page(links: string, body: string): Page {
  return new Page(
    "text/html; charset=utf-8",
    `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${title}</title>
    ${links}
  </head>
  <body>
    ${body}
  </body>
</html>
`,
  );
}
