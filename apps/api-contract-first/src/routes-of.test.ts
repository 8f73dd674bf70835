import { expect, it } from "vitest";
import { routesOf } from "./routes-of.ts";

const text = { type: "string" };

it("makes of an operation what Fastify validates and serialises by", () => {
  const content = { "application/json": { schema: { type: "object" } } };
  const routes = routesOf({
    file: "contract.yaml",
    document: {},
    paths: {
      "/things/{id}/parts/{part_name}": {
        post: {
          operationId: "addPart",
          parameters: [
            { name: "id", in: "path", required: true, schema: text },
            { name: "part_name", in: "path", required: true, schema: text },
            { name: "size", in: "query", schema: { type: "integer" } },
            { name: "If-Match", in: "header", required: true, schema: text },
          ],
          requestBody: { content },
          responses: { "200": { content }, "204": {}, "422": { content } },
        },
      },
    },
  });
  expect(routes).toEqual([
    {
      operationId: "addPart",
      method: "POST",
      url: "/things/:id/parts/:part_name",
      schema: {
        params: {
          type: "object",
          properties: { id: text, part_name: text },
          required: ["id", "part_name"],
        },
        querystring: { type: "object", properties: { size: { type: "integer" } }, required: [] },
        headers: { type: "object", properties: { "if-match": text }, required: ["if-match"] },
        body: { type: "object" },
        response: { "200": { type: "object" } },
      },
    },
  ]);
});

it("takes each method of a path, and no schema where text is answered", () => {
  const page = { "text/html": { schema: text } };
  const routes = routesOf({
    file: "contract.yaml",
    document: {},
    paths: {
      "/": { get: { responses: { "200": { content: page } } }, delete: { responses: {} } },
    },
  });
  expect(routes).toEqual([
    { method: "GET", url: "/", operationId: undefined, schema: { response: {} } },
    { method: "DELETE", url: "/", operationId: undefined, schema: { response: {} } },
  ]);
});
