import type { Connection, PortSpec } from "../definition.ts";

/** The embedded vault as data: what the other services have in a definition, without an engine of its own. */
export const vaultService = {
  name: "vault",
  summary: "Vault-compatible secret store and certificate authority",
  readyMeans: "it is unsealed, takes an entry of the root token's own and gives it back",
  ports: {
    vault: {
      http: { default: 8200, purpose: "HTTP API", tls: "none" },
      https: { default: 8201, purpose: "HTTP API", tls: "only" },
    },
  },
  connection: (place: {
    readonly ports: Readonly<Record<string, number>>;
    readonly ca: string;
  }): Connection => ({
    url: `https://127.0.0.1:${place.ports["https"]}`,
    plainUrl: `http://127.0.0.1:${place.ports["http"]}`,
    env: { VAULT_ADDR: `https://127.0.0.1:${place.ports["https"]}`, VAULT_CACERT: place.ca },
  }),
} as const satisfies {
  readonly name: string;
  readonly summary: string;
  readonly readyMeans: string;
  readonly ports: Readonly<Record<string, Readonly<Record<string, PortSpec>>>>;
  readonly connection: unknown;
};
