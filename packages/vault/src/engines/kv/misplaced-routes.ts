import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { Handler, Route } from "../../routing/route.ts";

/** The paths of version 2; what is asked of them that they don't do ends up here too. */
const known = ["config", "data", "delete", "destroy", "metadata", "subkeys", "undelete"];

function refusal(path: string, command: string): string {
  const [head = "", ...rest] = path.split("/");
  if (known.includes(head)) {
    if (rest.length > 0 || head === "config") throw Fault.unsupportedOperation();
    return "Non-listing operations on the root of a K/V v2 mount are not supported.";
  }
  return `Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv ${command}' for this operation.`;
}

/** What version 1's paths are answered with on a versioned mount. */
function misplaced(command: string): Handler {
  return ({ params }): Answer => ({
    status: 404,
    warnings: [refusal(params["path"] ?? "", command)],
  });
}

export const misplacedRoutes: readonly Route[] = [
  {
    path: "*path",
    alsoTakes: ["data", "options", "version"],
    read: misplaced("get"),
    list: misplaced("list"),
    write: misplaced("put"),
    patch: misplaced("patch"),
    delete: misplaced("delete"),
  },
];
