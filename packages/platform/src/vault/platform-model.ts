import type { Owner } from "../shared/files.ts";

/** What the platform keeps in the vault for a service; derived from its definition, known here as plain values. */
export interface VaultTenant {
  /** The service's name: its AppRole is `<name>-role`, its policy `<name>-policy`. */
  readonly name: string;
  readonly credentials: readonly {
    readonly path: string;
    /** A function makes the value once; another entry's field is copied when it is made. */
    readonly fields: Readonly<Record<string, CredentialField>>;
  }[];
  /** Instances with a certificate: each has a PKI role `<instance>-role`. */
  readonly certificates: readonly { readonly instance: string; readonly keyType: "ec" | "rsa" }[];
  readonly identityCopy?: IdentityCopy;
  /** KV paths of other services that it reads. */
  readonly reads: readonly string[];
  /** It may list what lies in the KV mount, and read each entry's metadata. */
  readonly lists?: boolean;
  /** How long its token lives; an hour unless said. */
  readonly tokenTtlSeconds?: number;
}

/** Where else its identity is written whenever it is given anew: for a process that logs in by itself. */
export interface IdentityCopy {
  readonly folder: string;
  readonly owner: Owner | undefined;
  /** PEM; what the vault's certificate is verified against, where the stack's own CA did not issue it. */
  readonly vaultAuthority?: string;
}

export type CredentialField =
  | string
  | boolean
  | { readonly generate: () => string }
  | { readonly path: string; readonly field: string };

export const kvMount = "secret";
export const rootMount = "pki";
export const intermediateMount = "pki_int";

export function policyName(tenant: string): string {
  return `${tenant}-policy`;
}

export function roleName(tenant: string): string {
  return `${tenant}-role`;
}

/** Every name that an instance's certificate may carry; loopback addresses besides. */
export function certificateNames(instance: string): readonly string[] {
  return [instance, `${instance}.dev-services.local`, "localhost"];
}

/** Least privilege: a service reads its own entries and issues from its own roles, and nothing else. */
export function policyText(tenant: VaultTenant): string {
  const own = tenant.credentials.map(({ path }) => path);
  return [
    `# ${tenant.name}'s own`, // a policy without a text is none, also where there is nothing to allow
    ...[...own, ...tenant.reads].map(
      (path) => `path "${kvMount}/data/${path}" { capabilities = ["read"] }`,
    ),
    ...tenant.certificates.map(
      ({ instance }) =>
        `path "${intermediateMount}/issue/${roleName(instance)}" { capabilities = ["update"] }`,
    ),
    ...(tenant.lists ? [`path "${kvMount}/metadata/*" { capabilities = ["list", "read"] }`] : []),
    "",
  ].join("\n");
}
