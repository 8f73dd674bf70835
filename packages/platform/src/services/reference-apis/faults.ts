import type { Fault, ServiceDefinition } from "../definition.ts";

/** What a path answers in place of what the API says; only with GET. */
interface Answer {
  /** With a `*` at its end: whatever begins so. */
  readonly path: string;
  readonly type?: string;
  readonly body: string;
}

const json = (path: string, body: unknown): Answer => ({ path, body: JSON.stringify(body) });

/** Ways in which an API gives a wrong answer, one route each. */
export const referenceApiFaults: Readonly<Record<string, Fault>> = {
  "api-behind-a-shell": {
    summary: "each reference API runs as the child of a shell that the supervisor takes for it",
    change: changingProcess(({ program, args, ...process }) => ({
      ...process,
      program: "/bin/sh",
      args: ["-c", '"$@" & trap "kill $!; wait $!" TERM; wait $!', "sh", program, ...args],
    })),
  },
  "api-nameless": answering("the root route names no API", json("/", {})),
  "api-cluster-mode-off": answering(
    "the health of Redis is told as that of a server without cluster mode",
    json("/health/redis", { status: "healthy", cluster_enabled: false, total_nodes: 1, nodes: [] }),
  ),
  "api-numbers-as-texts": answering(
    "the cluster's numbers are texts",
    json("/redis/cluster/info", {
      status: "success",
      cluster_info: { cluster_state: "ok", cluster_slots_assigned: "16384" },
    }),
  ),
  "api-page-from-elsewhere": answering("the page of the documentation is loaded from elsewhere", {
    path: "/docs",
    type: "text/html",
    body: '<html><script src="https://unpkg.com/swagger-ui-dist/swagger-ui-bundle.js"></script></html>',
  }),
  "api-document-without-info": answering(
    "the document has no info, which OpenAPI asks for",
    json("/openapi.json", { openapi: "3.1.0", paths: {} }),
  ),
};

function changingProcess(
  change: (
    spec: ReturnType<ServiceDefinition["process"]>,
  ) => ReturnType<ServiceDefinition["process"]>,
): Fault["change"] {
  return (definition) => ({ ...definition, process: (run) => change(definition.process(run)) });
}

/** The source of a function that tells whether a URL is at this path. */
export function matching(path: string): string {
  const [start = ""] = path.split("*");
  return start === path
    ? `(url) => url === ${JSON.stringify(path)}`
    : `(url) => url.startsWith(${JSON.stringify(start)})`;
}

/** Loaded into the API's process before its own code; every server answers otherwise on that one path. */
export function answering(summary: string, answer: Answer): Fault {
  const code = `
    import { Server } from "node:http";
    import { Server as TlsServer } from "node:https";
    const { type = "application/json", body } = ${JSON.stringify(answer)};
    const isAt = ${matching(answer.path)};
    for (const { prototype } of [Server, TlsServer]) {
      const emit = prototype.emit;
      prototype.emit = function (event, request, response) {
        if (event !== "request" || request.method !== "GET" || !isAt(request.url))
          return emit.apply(this, arguments);
        response.writeHead(200, { "content-type": type }).end(body);
        return true;
      };
    }`;
  return { summary, change: importing(code) };
}

/** Runs this code in the API's process before its own. */
export function importing(code: string): Fault["change"] {
  const module = `data:text/javascript,${encodeURIComponent(code)}`;
  return changingProcess(({ args, ...process }) => ({
    ...process,
    args: ["--import", module, ...args],
  }));
}
