/** What a request is refused with: the status code and the texts of the `errors` array, in Vault's words. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly status: number;
  readonly errors: readonly string[];

  constructor(status: number, errors: readonly string[], cause?: unknown) {
    super(errors.join("; "), cause === undefined ? undefined : { cause });
    this.status = status;
    this.errors = errors;
  }

  static badRequest(text: string, cause?: unknown): Fault {
    return new Fault(400, [text], cause);
  }

  /** No token, or one that is not known, expired or used from elsewhere. */
  static badToken(): Fault {
    return new Fault(403, ["permission denied"]);
  }

  /** A valid token without the right. */
  static permissionDenied(): Fault {
    return new Fault(403, [listed("permission denied")]);
  }

  static unsupportedOperation(): Fault {
    return new Fault(405, [listed("unsupported operation")]);
  }

  static unsupportedPath(): Fault {
    return new Fault(404, [listed("unsupported path")]);
  }

  static noHandler(path: string): Fault {
    return new Fault(404, [`no handler for route ${JSON.stringify(path)}. route entry not found.`]);
  }

  static notFound(): Fault {
    return new Fault(404, []);
  }

  /** Faults of a request that are found by the core, not by an engine, come as a list of one. */
  static invalidRequest(text: string): Fault {
    return new Fault(400, [listed(text)]);
  }

  static internal(text: string, cause?: unknown): Fault {
    return new Fault(500, [listed(text)], cause);
  }

  static sealed(): Fault {
    return new Fault(503, ["Vault is sealed"]);
  }
}

/** The form in which Vault prints a list of one error. */
export function listed(text: string): string {
  return `1 error occurred:\n\t* ${text}\n\n`;
}
