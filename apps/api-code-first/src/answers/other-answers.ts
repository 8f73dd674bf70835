import type { TSchema } from "typebox";
import type { Answer } from "../route.ts";
import { ErrorEnvelope, ValidationError } from "../schemas/errors.ts";
import { cachedHeaders, headers, usualHeaders } from "./headers.ts";

const exampleId = "0b0a7f7e-5a3c-4c3e-9a39-6f4c6f1f0e55";
const waitAndRetry = "Wait a few seconds and try again.";

function failure(
  description: string,
  example: Readonly<Record<string, unknown>>,
  schema: TSchema = ErrorEnvelope,
): Answer {
  return {
    description,
    headers: usualHeaders,
    content: {
      "application/json": { schema, example: { ...example, request_id: exampleId } },
    },
  };
}

/** Every answer but 200, by its name in the document. */
export const otherAnswers = {
  NotModified: {
    description: "The client's copy is still what there is.",
    headers: cachedHeaders,
  },
  BadRequest: failure("There is a body without a content type, or the request can't be read.", {
    error: "BadRequestError",
    message: "The request has a body and no Content-Type.",
    status_code: 400,
  }),
  NotFound: failure("There is no such thing.", {
    error: "ResourceNotFoundError",
    message: "There is no such secret.",
    status_code: 404,
  }),
  TooLarge: failure("The body is larger than 10 MiB.", {
    error: "PayloadTooLargeError",
    message: "The body is larger than 10 MiB.",
    status_code: 413,
  }),
  UnsupportedType: failure(
    "The body is of a type that is not accepted; `details.allowed_types` lists those that are.",
    {
      error: "UnsupportedMediaTypeError",
      message: "The Content-Type is not supported.",
      status_code: 415,
      details: {
        allowed_types: [
          "application/json",
          "application/x-www-form-urlencoded",
          "multipart/form-data",
          "text/plain",
        ],
      },
    },
  ),
  Invalid: failure(
    "A parameter or the body is not as this document has it. It has reached no backend.",
    {
      error: "ValidationError",
      message: "The request is not valid.",
      status_code: 422,
      details: {
        validation_errors: [
          { loc: ["query", "ttl"], msg: "is less than 1", type: "minimum", input: 0 },
        ],
      },
    },
    ValidationError,
  ),
  RateLimited: {
    ...failure("The client has had its requests of this minute.", {
      error: "RateLimitError",
      message: "Too many requests.",
      status_code: 429,
      details: { limit: 100, window_seconds: 60, retry_after: 17 },
      retry_suggestion: "Try again in 17 seconds.",
    }),
    headers: { ...usualHeaders, "Retry-After": headers.RetryAfter },
  },
  InternalError: failure("Something went wrong in the application.", {
    error: "BaseAPIException",
    message: "Something went wrong in the application.",
    status_code: 500,
  }),
  Unavailable: failure("What the answer would come from can't be used now.", {
    error: "VaultUnavailableError",
    message: "Vault is sealed.",
    status_code: 503,
    details: { service: "vault", reason: "sealed" },
    retry_suggestion: waitAndRetry,
  }),
  TimedOut: failure("What the answer would come from took too long.", {
    error: "TimeoutError",
    message: "PostgreSQL did not answer in time.",
    status_code: 504,
    details: { service: "postgres", timeout_ms: 5000 },
    retry_suggestion: waitAndRetry,
  }),
} as const satisfies Readonly<Record<string, Answer>>;

type Answers = Readonly<Record<number, Answer>>;

/** What every operation may answer. */
export const always: Answers = { 429: otherAnswers.RateLimited, 500: otherAnswers.InternalError };

/** Of one that needs something behind it. */
export const whileBackendsFail: Answers = {
  ...always,
  503: otherAnswers.Unavailable,
  504: otherAnswers.TimedOut,
};

/** Of one whose names are checked. */
export const whenInvalid: Answers = { 422: otherAnswers.Invalid };

export const whenMissing: Answers = { 404: otherAnswers.NotFound };

export const whenUnchanged: Answers = { 304: otherAnswers.NotModified };

/** Of one that may come with a body, also where that says nothing. */
export const whenBodyIsWrong: Answers = {
  400: otherAnswers.BadRequest,
  413: otherAnswers.TooLarge,
  415: otherAnswers.UnsupportedType,
};
