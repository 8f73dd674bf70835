import type { Schema } from "./contract.ts";

/** The same schemas, where an object that says nothing of further properties has none: so the contract is to be read. */
export function closeObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeObjects);
  if (typeof value !== "object" || value === null) return value;
  const closed = Object.fromEntries(
    Object.entries(value as Schema).map(([key, each]) => [key, closeObjects(each)]),
  );
  const isClosed =
    closed["properties"] !== undefined && closed["additionalProperties"] === undefined;
  return isClosed ? { ...closed, additionalProperties: false } : closed;
}
