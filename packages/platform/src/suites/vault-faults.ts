import { readFile, rm } from "node:fs/promises";
import { writeFileAtomically } from "../shared/files.ts";
import { intermediateMount } from "../vault/platform-model.ts";
import { splitPem } from "./split-pem.ts";
import type { SuiteFault } from "./suite.ts";

/** What is broken on purpose to show that the vault's checks see it. */
export const vaultFaults: readonly SuiteFault[] = [
  {
    name: "sealed",
    summary: "somebody seals the vault",
    turnsRed: ["vault.01"],
    apply: async (stack) => void (await (await stack.administrator()).write("sys/seal")),
  },
  {
    name: "stays-sealed",
    summary: "it is not unsealed again after a restart",
    seam: "stays-sealed",
    turnsRed: [
      "vault.02",
      "vault.04",
      "vault.05",
      "vault.06",
      "vault.07",
      "vault.08",
      "vault.09",
      "vault.10",
    ],
  },
  {
    name: "too-few-keys",
    summary: "keys.json holds four shares",
    turnsRed: ["vault.03"],
    apply: async ({ keyStore: { keysFile } }) => {
      const document = JSON.parse(await readFile(keysFile, "utf8")) as { keys: string[] };
      await writeFileAtomically(
        keysFile,
        JSON.stringify({ ...document, keys: document.keys.slice(0, 4) }),
      );
    },
  },
  {
    name: "short-lived-authority",
    summary: "the intermediate lives three years",
    seam: "short-lived-authority",
    turnsRed: ["vault.04"],
  },
  {
    name: "role-missing",
    summary: "PostgreSQL's PKI role is deleted",
    after: "vault.02",
    turnsRed: ["vault.05", "vault.08"],
    apply: async (stack) =>
      (await stack.administrator()).delete(`${intermediateMount}/roles/postgres-role`),
  },
  {
    name: "credential-missing",
    summary: "the superuser's credentials are deleted",
    after: "vault.02",
    turnsRed: ["vault.06"],
    apply: async (stack) => (await stack.administrator()).delete("secret/metadata/postgres-admin"),
  },
  {
    name: "wrong-password",
    summary: "the vault holds another password than PostgreSQL",
    after: "vault.02",
    turnsRed: ["vault.07"],
    apply: async (stack) => {
      const stored = await stack.secret("postgres");
      await (
        await stack.administrator()
      ).write("secret/data/postgres", { data: { ...stored, password: "x".repeat(25) } });
    },
  },
  {
    name: "role-allows-any-name",
    summary: "PostgreSQL's PKI role issues for every name",
    after: "vault.02",
    turnsRed: ["vault.08"],
    apply: async (stack) =>
      void (await (
        await stack.administrator()
      ).write(`${intermediateMount}/roles/postgres-role`, {
        allow_any_name: true,
        key_type: "ec",
        key_bits: 256,
        ttl: "8760h",
        max_ttl: "8760h",
      })),
  },
  {
    name: "chain-without-root",
    summary: "the exported chain lacks the root",
    after: "vault.02",
    turnsRed: ["vault.09"],
    apply: async ({ keyStore: { caChainFile } }) => {
      await writeFileAtomically(
        caChainFile,
        splitPem(await readFile(caChainFile, "utf8"))[0] ?? "",
      );
    },
  },
  {
    name: "root-token-gone",
    summary: "the root-token file is deleted",
    after: "vault.03",
    turnsRed: ["vault.10"],
    apply: async ({ keyStore: { rootTokenFile } }) => rm(rootTokenFile),
  },
];
