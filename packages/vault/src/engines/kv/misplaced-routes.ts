import type { Answer } from "../../core/request.ts";
import type { Route } from "../../routing/route.ts";

/** What version 1's paths are answered with on a versioned mount. */
function misplaced(command: string): () => Answer {
  return () => ({
    status: 404,
    warnings: [
      `Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv ${command}' for this operation.`,
    ],
  });
}

export const misplacedRoutes: readonly Route[] = [
  {
    path: "*path",
    read: misplaced("get"),
    list: misplaced("list"),
    write: misplaced("put"),
    patch: misplaced("patch"),
    delete: misplaced("delete"),
  },
];
