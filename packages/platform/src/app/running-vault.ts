import path from "node:path";
import { vaultService } from "../services/vault/vault-service.ts";
import { isRunning } from "../shared/process-identity.ts";
import { ProcessLedger } from "../supervisor/process-ledger.ts";
import type { VaultClient } from "../vault/vault-client.ts";
import { appErrors } from "./errors.ts";
import type { Stack } from "./stack.ts";
import { vaultClientOf } from "./units.ts";

/**
 * The vault without a token, where it runs. At the address of one of the stack's own that does not, anybody on this
 * machine may listen, and would be told its secrets.
 * @throws DS_NOT_RUNNING
 */
export async function runningVault(stack: Stack): Promise<VaultClient> {
  if (!stack.externalVault) {
    const ledger = new ProcessLedger(path.join(stack.folders.run, "processes"));
    const [own] = await ledger.entriesOf([vaultService.name]);
    if (!own || !isRunning(own))
      throw appErrors.DS_NOT_RUNNING(`the vault of stack ${stack.id} is not running`, {
        hint: "devstack up vault",
      });
  }
  return vaultClientOf(stack);
}
