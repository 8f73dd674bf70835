import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseJson } from "./json-body.ts";

export const allowedTypes = [
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/plain",
] as const;

export const bodyLimitBytes = 10 * 1024 * 1024;

/** Bodies of these types are read; what is not JSON stays text, which the contract's schemas judge. */
export function acceptContentTypes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  for (const type of allowedTypes)
    app.addContentTypeParser(
      type,
      { parseAs: "buffer" },
      async (_request: FastifyRequest, body: Buffer) =>
        type === "application/json" ? parseJson(body) : body.toString("utf8"),
    );
}
