import type { Fault } from "../definition.ts";
import { answering, importing, matching } from "./faults.ts";

/** Ways in which the APIs leave their contract, and ways in which one of them alone says a thing otherwise. */
export const referenceApiParityFaults: Readonly<Record<string, Fault>> = {
  "api-document-of-swagger": answering("the document is one of Swagger 2", {
    path: "/openapi.json",
    body: '{"swagger":"2.0"}',
  }),
  "api-health-in-other-words": answering("/health/ is fine instead of ok", {
    path: "/health/",
    body: '{"status":"fine"}',
  }),
  "api-vault-health-invented": answering("the vault's health is made up", {
    path: "/health/vault",
    body: '{"status":"healthy"}',
  }),
  "api-secrets-invented": answering("there is a secret where there is none", {
    path: "/examples/vault/secret/nothing-there*",
    body: '{"service":"nothing-there","data":{},"note":""}',
  }),
  "api-cache-invented": answering("something lies under every key, whatever its name", {
    path: "/examples/cache/*",
    body: '{"key":"any","value":"any","exists":true,"ttl":null}',
  }),
  "api-metrics-in-json": answering("the metrics are JSON", { path: "/metrics", body: "{}" }),
  "api-404-as-a-page": answering("a path that there is not has a page", {
    path: "/nothing-there",
    type: "text/html",
    body: "<h1>Not found</h1>",
  }),
  "api-alone-root": altering("the root", "/", "Vault, Postgre", "vault, Postgre"),
  "api-alone-document": altering("the document", "/openapi.json", "This document", "That document"),
  "api-alone-health": altering("health", "/health/vault", '"standby":false', '"standby":true '),
  "api-alone-secrets": altering(
    "an error of the secrets",
    "/examples/vault/secret/nothing-there*",
    '"message":"T',
    '"message":"t',
  ),
  "api-alone-cache": altering("the cache", "/examples/cache/*", '"exists":false', '"exists":true '),
  "api-alone-validation": altering(
    "what is too long",
    "/examples/*",
    '"type":"maxLength"',
    '"type":"maxlength"',
  ),
  "api-alone-metrics": altering("a metric", "/metrics", "cache_hits_total", "cache_hits_count"),
  "api-alone-404": altering("a 404", "/nothing-there", "ResourceNotFound", "ResourceNotfound"),
};

/** `contract-api` alone writes one text for another of the same length. */
function altering(what: string, path: string, from: string, to: string): Fault {
  const code = `
    import { Server } from "node:http";
    import { Server as TlsServer } from "node:https";
    const isAt = ${matching(path)};
    for (const { prototype } of [Server, TlsServer]) {
      const emit = prototype.emit;
      prototype.emit = function (event, request, response) {
        if (event === "request" && isAt(request.url)) {
          const end = response.end;
          response.end = (text, ...more) =>
            end.call(response, text?.replaceAll(...${JSON.stringify([from, to])}), ...more);
        }
        return emit.apply(this, arguments);
      };
    }`;
  const change = importing(code);
  return {
    summary: `contract-api alone says ${what} in other words`,
    change: (definition) => (definition.name === "contract-api" ? change(definition) : definition),
  };
}
