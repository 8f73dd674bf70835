/** One request of a comparison, sent to both servers. `{{name}}` stands for what an earlier step kept. */
export interface Step {
  readonly method: string;
  /** Under /v1/, as it goes on the wire. */
  readonly path: string;
  /** An object goes as JSON, text as it is. */
  readonly body?: unknown;
  /** "root" where nothing is said, "" for none, else text that may name what was kept. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is kept of the answer, by name: the way to it in the body ("auth.client_token"). */
  readonly keep?: Readonly<Record<string, string>>;
  /** Part of what the answer holds that is not compared, by its way in the body ("data.ttl"). */
  readonly ignore?: readonly string[];
  /** Of an answer whose body is compared elsewhere: all that is compared of it here. */
  readonly only?: readonly string[];
  /** The reference comes to it in the background: it is asked again, for a while, until its status is ours. */
  readonly settles?: boolean;
}

/** Steps that belong together and build on each other; what it enables is named after it. */
export interface Section {
  readonly name: string;
  readonly steps: readonly Step[];
}

type More = Omit<Step, "method" | "path" | "body">;

export function read(path: string, more: More = {}): Step {
  return { method: "GET", path, ...more };
}

export function list(path: string, more: More = {}): Step {
  return { method: "LIST", path, ...more };
}

export function write(path: string, body?: unknown, more: More = {}): Step {
  return { method: "POST", path, ...(body === undefined ? {} : { body }), ...more };
}

export function patch(path: string, body: unknown, more: More = {}): Step {
  const headers = { "Content-Type": "application/merge-patch+json", ...more.headers };
  return { method: "PATCH", path, body, ...more, headers };
}

export function remove(path: string, more: More = {}): Step {
  return { method: "DELETE", path, ...more };
}
