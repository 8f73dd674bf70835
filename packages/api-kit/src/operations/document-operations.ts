import type { ApiContext } from "../context.ts";
import { ConfigurationError } from "../errors/api-errors.ts";
import { Page } from "./operation.ts";

const title = "DevStack Core - Reference API";
const html = "text/html; charset=utf-8";

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
  return new Page(
    html,
    `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${title}</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css" />
    <link rel="icon" href="/docs/assets/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/start-swagger-ui.js"></script>
  </body>
</html>
`,
  );
}

export async function getRedoc() {
  return new Page(
    html,
    `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${title}</title>
    <link rel="icon" href="data:," />
  </head>
  <body>
    <redoc spec-url="/openapi.json" disable-google-font="true"></redoc>
    <script src="/docs/assets/redoc.standalone.js"></script>
  </body>
</html>
`,
  );
}
