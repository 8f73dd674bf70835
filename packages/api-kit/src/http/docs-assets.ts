import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type { FastifyInstance } from "fastify";
import { ResourceNotFoundError } from "../errors/api-errors.ts";

const require = createRequire(import.meta.url);
const swaggerUi = (file: string) => (): string =>
  path.join(path.dirname(require.resolve("swagger-ui-dist/package.json")), file);

interface Asset {
  readonly type: string;
  readonly file: () => string;
  /** A text of it that would be asked of elsewhere, and what is served in its place. */
  readonly without?: readonly [string, string];
}

const javascript = "text/javascript; charset=utf-8";

/** What the pages of /docs and /redoc load; from installed packages, nothing from elsewhere. */
const assets: Readonly<Record<string, Asset>> = {
  "swagger-ui.css": { type: "text/css; charset=utf-8", file: swaggerUi("swagger-ui.css") },
  "swagger-ui-bundle.js": { type: javascript, file: swaggerUi("swagger-ui-bundle.js") },
  "favicon-32x32.png": { type: "image/png", file: swaggerUi("favicon-32x32.png") },
  "start-swagger-ui.js": {
    type: javascript,
    file: () => path.join(import.meta.dirname, "start-swagger-ui.js"),
  },
  "redoc.standalone.js": {
    type: javascript,
    file: () => require.resolve("redoc/bundles/redoc.standalone.js"),
    without: ["https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,"], // it does without where it can't be had
  },
};

/** Routes that belong to no operation: the contract lists the pages, not what these are made of. */
export function serveDocsAssets(app: FastifyInstance): void {
  app.get<{ Params: { name: string } }>("/docs/assets/:name", async (request, reply) => {
    const { name } = request.params;
    const asset = Object.hasOwn(assets, name) ? assets[name] : undefined;
    if (!asset) throw new ResourceNotFoundError("There is nothing at this path.");
    reply.type(asset.type).headers({
      "cache-control": "public, max-age=86400",
      "x-content-type-options": "nosniff",
    });
    const content = await readFile(asset.file());
    return asset.without ? content.toString().replaceAll(...asset.without) : content;
  });
}
