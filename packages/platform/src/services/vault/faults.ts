import type { AuthorityTerms } from "../../vault/bootstrap-pki.ts";

/** What can be made to go wrong in the platform's handling of the vault; only `test --prove` applies one. */
export interface VaultFault {
  readonly summary: string;
  /** It is not unsealed again after a restart. */
  readonly staysSealed?: boolean;
  readonly authorities?: AuthorityTerms;
}

export const vaultFaults: Readonly<Record<string, VaultFault>> = {
  "stays-sealed": { summary: "the vault is not unsealed again after a restart", staysSealed: true },
  "short-lived-authority": {
    summary: "the intermediate CA lives three years instead of five",
    authorities: { root: "87600h", intermediate: "26280h" },
  },
};
