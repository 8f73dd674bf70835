import { Fault } from "../../core/fault.ts";
import type { Call } from "../../routing/route.ts";

/** The secret that a call is about; no secret lies at the mount itself or at a path that ends in "/". */
export function secretPath({ params }: Call): string {
  const path = params["path"] ?? "";
  if (path === "") throw Fault.notFound();
  if (path.endsWith("/")) throw Fault.unsupportedOperation();
  return path;
}
