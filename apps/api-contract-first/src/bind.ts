import { type OperationId, operations } from "@devstack/api-kit";
import { ContractError } from "./contract-error.ts";
import type { Route } from "./routes-of.ts";

/** A route whose operation there is a handler for. */
export type BoundRoute = Route & { readonly operationId: OperationId };

/** Every route with the id of its handler. A ContractError when an operation has none, or a handler no operation. */
export function bind(file: string, routes: readonly Route[]): readonly BoundRoute[] {
  const faults: string[] = [];
  const bound = new Map<OperationId, BoundRoute>();
  for (const route of routes) {
    const { operationId, method, url } = route;
    if (operationId === undefined) faults.push(`${method} ${url} has no operationId`);
    else if (!hasHandler(operationId)) faults.push(`nothing handles the operation ${operationId}`);
    else if (bound.has(operationId)) faults.push(`there are two operations ${operationId}`);
    else bound.set(operationId, { ...route, operationId });
  }
  for (const operationId of Object.keys(operations) as OperationId[])
    if (!bound.has(operationId)) faults.push(`no operation asks for the handler ${operationId}`);
  if (faults.length > 0) throw new ContractError(file, faults);
  return [...bound.values()];
}

function hasHandler(operationId: string): operationId is OperationId {
  return Object.hasOwn(operations, operationId);
}
