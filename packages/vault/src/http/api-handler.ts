import { BarrierIntegrityError } from "../barrier/aes-gcm.ts";
import { BarrierSealedError } from "../barrier/barrier.ts";
import type { Core } from "../core/core.ts";
import { envelope, isEmptyList } from "../core/envelope.ts";
import { Fault } from "../core/fault.ts";
import { handleRequest } from "../core/handle-request.ts";
import type { Answer, VaultRequest } from "../core/request.ts";
import { KeyTooLongError } from "../storage/store.ts";
import type { HttpHandler } from "./connection.ts";
import { decodeRequest } from "./decode-request.ts";
import { errorResponse, jsonResponse, type HttpResponse } from "./response.ts";

/** From an HTTP request to the response, whatever happens in between. */
export function apiHandler(core: Core): HttpHandler {
  return async (parsed, remoteAddress) => {
    try {
      const request = decodeRequest(parsed, remoteAddress);
      return respond(request, await handleRequest(core, request));
    } catch (error) {
      if (error instanceof BarrierSealedError) return errorResponse(503, ["Vault is sealed"]);
      if (error instanceof KeyTooLongError) return errorResponse(400, ["the path is too long"]);
      if (error instanceof BarrierIntegrityError)
        core.options.log(`the storage is damaged: ${error.message}`, "error");
      const fault = error instanceof Fault ? error : Fault.internal("internal error", error);
      if (fault.status >= 500 && fault.cause !== undefined)
        core.options.log(`internal error: ${traceOf(fault.cause)}`, "error");
      return errorResponse(fault.status, fault.errors);
    }
  };
}

/** Where it happened, on one line. A message may quote what it was given, and only the code's own words may be logged. */
function traceOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const frames = (cause.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [cause.name, ...frames.slice(0, 4).map((line) => line.trim())].join(" ");
}

function respond(request: VaultRequest, answer: Answer | undefined): HttpResponse {
  if (answer === undefined) {
    return request.operation === "read" || request.operation === "list"
      ? errorResponse(404, [])
      : { status: 204, contentType: "application/json" };
  }
  const { status = 200, raw, bare, data = null } = answer;
  if (raw !== undefined) return { status, ...raw };
  if (bare === true) return jsonResponse(status, data);
  if (isEmptyList(request, answer)) return errorResponse(404, []);
  return jsonResponse(status, envelope(request, answer));
}
