/** What a client is told, whatever went wrong: nothing else of an error leaves the application. */
export interface ErrorEnvelope {
  readonly error: string;
  readonly message: string;
  readonly status_code: number;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly request_id: string;
  readonly retry_suggestion?: string;
  /** Only under DEBUG. */
  readonly stack?: string;
}

export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface ApiErrorOptions {
  /** For the log alone: a driver's text may hold addresses and credentials. */
  readonly cause?: unknown;
  readonly retrySuggestion?: string;
}

/** The root of every error that an application answers with. `message` and `details` are for clients to see. */
export class BaseAPIException extends Error {
  readonly statusCode: number = 500;
  readonly details: ErrorDetails | undefined;
  readonly retrySuggestion: string | undefined;

  constructor(message: string, details?: ErrorDetails, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.details = details;
    this.retrySuggestion = options.retrySuggestion;
  }

  toEnvelope(requestId: string, debug = false): ErrorEnvelope {
    return {
      error: this.name,
      message: this.message,
      status_code: this.statusCode,
      ...(this.details === undefined ? {} : { details: this.details }),
      request_id: requestId,
      ...(this.retrySuggestion === undefined ? {} : { retry_suggestion: this.retrySuggestion }),
      ...(debug && this.stack !== undefined ? { stack: this.stack } : {}),
    };
  }
}

const waitAndRetry = "Wait a few seconds and try again.";

/** A dependency can't be used now. `outage` tells whether it counts for the circuit breaker. */
export class ServiceUnavailableError extends BaseAPIException {
  override readonly statusCode = 503;
  readonly outage: boolean = true;

  constructor(message: string, details?: ErrorDetails, options: ApiErrorOptions = {}) {
    super(message, details, { retrySuggestion: waitAndRetry, ...options });
  }
}

export type VaultReason =
  | "sealed"
  | "standby"
  | "uninitialized"
  | "timeout"
  | "unreachable"
  | "forbidden"
  | "error";

export class VaultUnavailableError extends ServiceUnavailableError {
  readonly reason: VaultReason;
  override readonly outage: boolean;

  constructor(reason: VaultReason, message: string, options: ApiErrorOptions = {}) {
    super(message, { service: "vault", reason }, options);
    this.reason = reason;
    this.outage = reason !== "forbidden"; // it answers; anybody could open the breaker with such requests
  }
}

export class DatabaseConnectionError extends ServiceUnavailableError {}
export class CacheConnectionError extends ServiceUnavailableError {}
export class MessageQueueError extends ServiceUnavailableError {}

export class CircuitBreakerError extends ServiceUnavailableError {
  override readonly outage = false;
}

export class ConfigurationError extends BaseAPIException {}

export class AuthenticationError extends BaseAPIException {
  override readonly statusCode = 401;
}

export class ResourceNotFoundError extends BaseAPIException {
  override readonly statusCode = 404;
}

export interface ValidationFault {
  /** Where: `["path", "key"]`, `["query", "ttl"]`, `["body"]`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  /** The JSON Schema keyword that does not hold. */
  readonly type: string;
  readonly input: unknown;
}

export class ValidationError extends BaseAPIException {
  override readonly statusCode = 422;

  constructor(faults: readonly ValidationFault[]) {
    super("The request is not valid.", { validation_errors: faults });
  }
}

export class RateLimitError extends BaseAPIException {
  override readonly statusCode = 429;
  /** Seconds. */
  readonly retryAfter: number;

  constructor(limit: number, retryAfter: number) {
    super(
      "Too many requests.",
      { limit, window_seconds: 60, retry_after: retryAfter },
      { retrySuggestion: `Try again in ${retryAfter} seconds.` },
    );
    this.retryAfter = retryAfter;
  }
}

export class TimeoutError extends BaseAPIException {
  override readonly statusCode = 504;

  constructor(service: string, timeoutMs: number, options: ApiErrorOptions = {}) {
    super(
      `${service} did not answer in time.`,
      { service, timeout_ms: timeoutMs },
      { retrySuggestion: waitAndRetry, ...options },
    );
  }
}

export class BadRequestError extends BaseAPIException {
  override readonly statusCode = 400;
}

export class MethodNotAllowedError extends BaseAPIException {
  override readonly statusCode = 405;
}

export class RequestTimeoutError extends BaseAPIException {
  override readonly statusCode = 408;
}

export class PayloadTooLargeError extends BaseAPIException {
  override readonly statusCode = 413;
}

export class UnsupportedMediaTypeError extends BaseAPIException {
  override readonly statusCode = 415;
}

export class HeaderTooLargeError extends BaseAPIException {
  override readonly statusCode = 431;
}
