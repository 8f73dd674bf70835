import { defineErrors, DevStackError } from "../shared/errors.ts";

export const vaultErrors = defineErrors({
  DS_VAULT_REFUSED: { exit: 1, summary: "The vault answered a request with an error." },
  DS_VAULT_UNREACHABLE: { exit: 1, summary: "No vault answers at its address." },
  DS_VAULT_KEYS_MISSING: {
    exit: 6,
    summary: "The vault is initialised, but its unseal keys are not there.",
  },
  DS_VAULT_KEYS_LOOSE: { exit: 6, summary: "A file of the vault's keys can be read by others." },
  DS_VAULT_KEYS_INVALID: {
    exit: 6,
    summary: "The file of unseal keys can't be understood, or its keys do not fit.",
  },
  DS_VAULT_CLOSED: {
    exit: 1,
    summary:
      "The external vault is sealed or was never initialised, which is not the stack's to mend.",
  },
  DS_VAULT_NOT_OURS: {
    exit: 2,
    summary: "What was asked for is for whoever runs the external vault to do.",
  },
  DS_VAULT_TOKEN_REFUSED: {
    exit: 2,
    summary: "There is no token for the external vault, or it does not take it.",
  },
  DS_VAULT_NOT_INITIALISED: {
    exit: 1,
    summary: "The stack was never started, so its vault has no keys yet.",
  },
});

/** Whether the vault answered a request with this status. */
export function wasAnswered(status: number, error: unknown): boolean {
  return error instanceof DevStackError && error.details["status"] === status;
}
