import type { FastifyInstance } from "fastify";
import { ValidationError } from "../errors/api-errors.ts";

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
    app.addContentTypeParser(type, { parseAs: "string" }, (_request, body, done) => {
      if (type !== "application/json") done(null, body);
      else parseJson(body as string, done);
    });
}

function parseJson(text: string, done: (error: Error | null, body?: unknown) => void): void {
  if (text === "") {
    done(null);
    return;
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    done(new ValidationError([{ loc: ["body"], msg: "is no JSON", type: "json", input: null }]));
    return;
  }
  done(null, body);
}
