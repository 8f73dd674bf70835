import { randomInt } from "node:crypto";
import type { CredentialField, VaultTenant } from "../vault/platform-model.ts";
import {
  type CredentialSpec,
  generated,
  instancesOf,
  type ServiceDefinition,
} from "./definition.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const passwordLength = 25;

/** 25 letters and digits, each drawn evenly from a CSPRNG: 148 bits, and nothing that a URL or a shell would quote. */
function generatePassword(): string {
  return Array.from({ length: passwordLength }, () => alphabet[randomInt(alphabet.length)]).join(
    "",
  );
}

/** What the vault keeps for a service; `definitions` are all of the stack, some of which it may read. */
export function tenantOf(
  definition: ServiceDefinition,
  definitions: readonly ServiceDefinition[],
): VaultTenant {
  const { certificate, reads = [] } = definition;
  return {
    name: definition.name,
    credentials: definition.credentials.map((spec) => ({
      path: spec.path,
      fields: fieldsOf(spec),
    })),
    certificates: certificate
      ? instancesOf(definition).map((instance) => ({ instance, keyType: certificate.keyType }))
      : [],
    reads: definitions
      .filter(({ name }) => reads.includes(name))
      .flatMap(({ credentials }) => credentials.map(({ path }) => path))
      .filter((path) => !isSuperusers(path)),
  };
}

/**
 * Identities that belong to no service. `management` reads and lists what applications use, and writes nothing;
 * `backup` reads everything, superusers' credentials too.
 */
export function overseersOf(definitions: readonly ServiceDefinition[]): readonly VaultTenant[] {
  const all = definitions.flatMap(({ credentials }) => credentials.map(({ path }) => path));
  const none = { credentials: [], certificates: [] };
  return [
    {
      ...none,
      name: "management",
      reads: all.filter((path) => !isSuperusers(path)),
      lists: true,
      tokenTtlSeconds: 15 * 60,
    },
    { ...none, name: "backup", reads: all },
  ];
}

/** Superusers' credentials lie apart, and only the service itself and the backup read them. */
export function isSuperusers(path: string): boolean {
  return path.endsWith("-admin");
}

/** The entries that a connection to the service is made of: what an application that needs it may read. */
export function connectionPaths(definition: ServiceDefinition): readonly string[] {
  const paths = new Set<string>();
  const secret = (path: string): string => {
    paths.add(path);
    return "";
  };
  const tls = { certificate: "", key: "", bundle: "", ca: "" };
  definition.connection({ ports: {}, peers: [], secret, tls });
  return [...paths];
}

function fieldsOf(spec: CredentialSpec): Readonly<Record<string, CredentialField>> {
  const own = Object.entries(spec.fields).map(([name, value]) => [
    name,
    value === generated ? { generate: generatePassword } : value,
  ]);
  return { ...Object.fromEntries(own), ...spec.sameAs };
}
