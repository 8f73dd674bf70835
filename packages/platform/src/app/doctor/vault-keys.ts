import { readdir } from "node:fs/promises";
import path from "node:path";
import { DevStackError } from "../../shared/errors.ts";
import { KeyStore } from "../../vault/key-store.ts";
import { runningDaemon } from "../daemon-process.ts";
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
  },
  examine: async ({ stack }) => {
    const data = path.join(stack.folders.data, "vault");
    const isFilled = (await readdir(data).catch(() => [])).length > 0;
    const keyStore = new KeyStore(stack.folders.vault);
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

/** Whether there are keys; or what is wrong with their file. Loose modes are another check's. */
async function keysOf(keyStore: KeyStore): Promise<boolean | string> {
  try {
    return (await keyStore.keys()) !== undefined;
  } catch (error) {
    if (!(error instanceof DevStackError)) throw error;
    return error.code === "DS_VAULT_KEYS_LOOSE" ? true : error.message;
  }
}
