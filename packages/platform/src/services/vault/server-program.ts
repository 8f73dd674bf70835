import { fileURLToPath } from "node:url";

/** The file that Node runs as the vault's server; the platform's only way to it, beside HTTP. */
export const vaultServerProgram = fileURLToPath(import.meta.resolve("@devstack/vault/server"));
