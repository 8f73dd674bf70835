import { type TSchema, Type } from "typebox";
import { oneOf } from "../schemas/kinds.ts";

interface Header {
  readonly description: string;
  readonly required: true;
  readonly schema: TSchema;
}

function header(description: string, schema: TSchema): Header {
  return { description, required: true, schema };
}

const text = Type.String();
const number = Type.Integer();

/** By their names in the document. */
export const headers = {
  RequestId: header("Names this request in the answer and in every log line.", text),
  RateLimitLimit: header("How many requests of this kind a client has in a minute.", number),
  RateLimitRemaining: header("How many of them are left.", number),
  RateLimitReset: header("In how many seconds there will be one more.", number),
  RetryAfter: header("In how many seconds to try again.", number),
  CacheControl: header("For how long a client may keep the answer.", text),
  ETag: header("Names this state of the answer, for `If-None-Match`.", text),
  ContentSecurityPolicy: header(
    "What a browser may load and do for the page; only what comes from the application itself.",
    text,
  ),
  ReferrerPolicy: header(
    "Where the page leads to, nobody is told where from.",
    Type.Literal("no-referrer"),
  ),
  ContentTypeOptions: header(
    "The answer is what its type says, and nothing else.",
    Type.Literal("nosniff"),
  ),
  XCache: header("Whether the answer came from the response cache.", oneOf("HIT", "MISS")),
} as const;

/** Of every answer. */
export const usualHeaders = {
  "X-Request-ID": headers.RequestId,
  "X-RateLimit-Limit": headers.RateLimitLimit,
  "X-RateLimit-Remaining": headers.RateLimitRemaining,
  "X-RateLimit-Reset": headers.RateLimitReset,
} as const;

/** Of answers that the cache keeps. */
export const cachedHeaders = {
  ...usualHeaders,
  "Cache-Control": headers.CacheControl,
  ETag: headers.ETag,
  "X-Cache": headers.XCache,
} as const;

/** Of answers whose text a browser may show by itself. */
export const pageHeaders = {
  ...usualHeaders,
  "Content-Security-Policy": headers.ContentSecurityPolicy,
  "Referrer-Policy": headers.ReferrerPolicy,
  "X-Content-Type-Options": headers.ContentTypeOptions,
} as const;
