import { defineErrors } from "../shared/errors.ts";

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
  DS_VAULT_NOT_INITIALISED: {
    exit: 1,
    summary: "The stack was never started, so its vault has no keys yet.",
  },
});
