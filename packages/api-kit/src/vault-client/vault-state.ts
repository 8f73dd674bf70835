import { type VaultReason, VaultUnavailableError } from "../errors/api-errors.ts";
import type { VaultTransport } from "./vault-transport.ts";

export interface VaultHealth {
  readonly status: "active" | "standby" | "sealed" | "uninitialized" | "error";
  readonly initialized: boolean;
  readonly sealed: boolean;
  readonly standby: boolean;
  readonly version: string;
}

const healthTimeoutMs = 2000;

const stateByStatus: Readonly<Record<number, VaultHealth["status"]>> = {
  200: "active",
  429: "standby",
  472: "standby",
  473: "standby",
  501: "uninitialized",
  503: "sealed",
};

/** Asks without a token, which a sealed vault could not judge. Rejects only when there is no answer. */
export async function readHealth(transport: VaultTransport): Promise<VaultHealth> {
  const { status, body } = await transport({
    method: "GET",
    path: "sys/health",
    timeoutMs: healthTimeoutMs,
  });
  return {
    status: stateByStatus[status] ?? "error",
    initialized: body["initialized"] === true,
    sealed: body["sealed"] !== false,
    standby: body["standby"] === true,
    version: typeof body["version"] === "string" ? body["version"] : "unknown",
  };
}

const messages: Readonly<Partial<Record<VaultReason, string>>> = {
  sealed: "The vault is sealed.",
  standby: "The vault is on standby.",
  uninitialized: "The vault is not initialised.",
};

/** Why it does not serve: the refusals of a sealed vault and of one that was never initialised look alike. */
export async function unavailability(transport: VaultTransport): Promise<VaultUnavailableError> {
  const { status } = await readHealth(transport);
  const reason = status === "active" ? "error" : status;
  return new VaultUnavailableError(reason, messages[reason] ?? "The vault answered with a fault.");
}
