import type { ApiContext } from "../context.ts";
import { type CheckName, check } from "../health/check-backends.ts";

/** One dependency's check. */
export function healthOf<Name extends CheckName>(name: Name) {
  return async (context: ApiContext) => check(context, name);
}

const names = ["vault", "postgres", "mysql", "mongodb", "redis", "rabbitmq"] as const;

/** All checks at the same time, each with its own timeout. */
export async function getAllHealth(context: ApiContext) {
  const results = await Promise.all(names.map(async (name) => check(context, name)));
  const services = Object.fromEntries(names.map((name, index) => [name, results[index]]));
  const healthy = results.filter(({ status }) => status === "healthy").length;
  const broken = results.filter(({ status }) => status === "unhealthy").length;
  const status =
    healthy === names.length ? "healthy" : broken === names.length ? "unhealthy" : "degraded";
  return { status, services };
}

/** Whether the application itself answers; touches nothing. */
export function getHealth() {
  return { status: "ok" };
}
