import { readdir } from "node:fs/promises";
import path from "node:path";
import { administratorOf, requireOpen } from "../../services/vault/external-vault-unit.ts";
import { DevStackError } from "../../shared/errors.ts";
import type { KeyStore } from "../../vault/key-store.ts";
import { keyStoreOf } from "../key-store-of.ts";
import { runningDaemon } from "../running-daemon.ts";
import type { Stack } from "../stack.ts";
import { vaultClientOf } from "../units.ts";
import { unseal, vaultStatus } from "../vault.ts";
import { defineCheck, type Found } from "./check.ts";

export const vaultKeys = defineCheck({
  name: "vault keys",
  codes: {
    DS_DOCTOR_KEYS_MISSING: {
      severity: "error",
      why: "without its keys nothing can open the vault: its credentials, and the data behind them, are lost",
    },
    DS_DOCTOR_KEYS_UNREADABLE: {
      severity: "error",
      why: "the vault can't be opened with them at the next start",
    },
    DS_DOCTOR_VAULT_SEALED: {
      severity: "error",
      why: "no service gets its credentials while the vault is sealed",
    },
    DS_DOCTOR_VAULT_UNUSABLE: {
      severity: "error",
      why: "no service starts without the external vault and a token for it",
    },
  },
  examine: async ({ stack }) => {
    if (stack.externalVault) return examineExternal(stack);
    const data = path.join(stack.folders.data, "vault");
    const isFilled = (await readdir(data).catch(() => [])).length > 0;
    const keyStore = keyStoreOf(stack);
    const keys = await keysOf(keyStore);
    if (typeof keys === "string") {
      const command = `cp YOUR-COPY '${keyStore.keysFile}'`;
      return [{ code: "DS_DOCTOR_KEYS_UNREADABLE", what: keys, command }];
    }
    if (!keys && isFilled && !(await keyStore.initialisationWasCutOff())) {
      const what = `${data} holds a sealed vault, and ${keyStore.keysFile} is not there`;
      return [
        { code: "DS_DOCTOR_KEYS_MISSING", what, command: `cp YOUR-COPY '${keyStore.keysFile}'` },
      ];
    }
    if (!(await runningDaemon(stack))) return [];
    const status = await vaultStatus(stack).catch(() => undefined); // not up yet: `status` says so
    if (!status?.initialised || !status.sealed) return [];
    const found: Found<"DS_DOCTOR_VAULT_SEALED"> = {
      code: "DS_DOCTOR_VAULT_SEALED",
      what: `the vault at ${status.address} is sealed`,
      command: "devstack vault unseal",
      mend: async () => void (await unseal(stack)),
    };
    return [found];
  },
});

/** An external vault has no keys here: it has to answer, to be open, and to take the stack's token. */
async function examineExternal(
  stack: Stack,
): Promise<readonly Found<"DS_DOCTOR_VAULT_UNUSABLE">[]> {
  const keyStore = keyStoreOf(stack);
  try {
    using client = vaultClientOf(stack);
    await requireOpen(client);
    await administratorOf(client, keyStore);
    return [];
  } catch (error) {
    if (!(error instanceof DevStackError)) throw error;
    const { message, hint } = error;
    return [
      {
        code: "DS_DOCTOR_VAULT_UNUSABLE",
        what: message,
        ...(hint === undefined ? {} : { command: hint }),
      },
    ];
  }
}

/** Whether there are keys; or what is wrong with their file. Loose modes are another check's. */
async function keysOf(keyStore: KeyStore): Promise<boolean | string> {
  try {
    return (await keyStore.keys()) !== undefined;
  } catch (error) {
    if (!(error instanceof DevStackError)) throw error;
    return error.code === "DS_VAULT_KEYS_LOOSE" ? true : error.message;
  }
}
