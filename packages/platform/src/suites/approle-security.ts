import { definitions } from "../services/registry.ts";
import { isSuperusers } from "../services/tenants.ts";
import type { VaultAnswer, VaultClient } from "../vault/vault-client.ts";
import {
  approleSecurityFaults,
  strangerRoleId,
  strangerSecretId,
} from "./approle-security-faults.ts";
import type { StackHandle } from "./stack-handle.ts";
import type { Check, CheckContext, Suite } from "./suite.ts";

const allPaths = definitions.flatMap(({ credentials }) => credentials.map(({ path }) => path));
const overseers = ["management", "backup"];
const tenants = [...definitions.map(({ name }) => name), ...overseers];

/**
 * Who may read what: each service its own, an API also what applications of the services that it uses read, management
 * what applications use, backup everything.
 */
function mayRead(tenant: string, path: string): boolean {
  if (tenant === "backup") return true;
  if (tenant === "management") return !isSuperusers(path);
  const own = definitions.find((one) => one.name === tenant);
  const owner = definitions.find((one) => one.credentials.some((entry) => entry.path === path));
  if (own === owner) return true;
  return (own?.reads?.includes(owner?.name ?? "") ?? false) && !isSuperusers(path);
}

export const approleSecuritySuite: Suite = {
  name: "approle-security",
  summary: "who may log in, and who may read what: the access matrix, cell by cell",
  services: ["postgres"],
  disruptive: false,
  checks: [
    ...(
      [
        [
          "01",
          "a wrong role-id",
          "stranger-role-id",
          "invalid role or secret ID",
          { role_id: strangerRoleId },
        ],
        [
          "02",
          "a wrong secret-id",
          "stranger-secret-id",
          "invalid role or secret ID",
          { secret_id: strangerSecretId },
        ],
        ["03", "a missing role-id", "approle-disabled", "missing role_id", { role_id: undefined }],
        [
          "04",
          "a missing secret-id",
          "secret-id-not-asked-for",
          "missing secret_id",
          { secret_id: undefined },
        ],
      ] as const
    ).map(([number, what, fault, text, change]): Check => ({
      id: `approle-security.${number}`,
      title: `${what} is refused with Vault's status and words`,
      fault,
      run: async ({ stack, expect }) => {
        const answer = await logInWith(stack, "management", change);
        // OpenBao looks for the role before anything else, and calls a role-id that is not given a fault of its own.
        const isOpenBaos =
          stack.isVaultExternal && text === "missing role_id" && answer.status === 500;
        if (!isOpenBaos) expect("status", answer.status).equals(400);
        expect("errors", answer.body?.errors).equals([text]);
      },
    })),
    ...["postgres", "mysql", "redis", "mongodb", "rabbitmq", "forgejo", "reference-api"].map(
      (tenant, index): Check => ({
        id: `approle-security.${String(index + 5).padStart(2, "0")}`,
        title: `login works for ${tenant}`,
        ...(tenants.includes(tenant) ? { fault: `${tenant}-login-refused` } : { awaits: tenant }),
        run: async ({ stack, expect }) => {
          const { status, body } = await logInWith(stack, tenant);
          expect("status of the login", status).equals(200);
          expect("token", typeof body?.auth?.client_token).equals("string");
        },
      }),
    ),
    ...(["postgres", "mysql"] as const).map((tenant, index): Check => ({
      id: `approle-security.${index + 12}`,
      title: `${tenant}'s token has its policy and no other but default`,
      fault: `${tenant}-further-policy`,
      run: async (context) => {
        context
          .expect("policies", (await entryOf(context, tenant))["policies"])
          .equals(["default", `${tenant}-policy`]);
      },
    })),
    ...(
      [
        ["14", "postgres", "mysql"],
        ["15", "mysql", "postgres"],
      ] as const
    ).map(([number, tenant, other]): Check => ({
      id: `approle-security.${number}`,
      title: `${tenant}'s token can't read ${other}'s secret`,
      fault: `${tenant}-reads-${other}`,
      run: async ({ stack, expect }) => {
        const own = await stack.as(tenant);
        expect(`status of ${tenant}'s own`, await statusOf(own, tenant)).equals(200);
        expect(`status of ${other}'s`, await statusOf(own, other)).equals(403);
      },
    })),
    {
      id: "approle-security.16",
      title: "a service's token lives 3600 s",
      fault: "token-for-half-an-hour",
      run: async (context) => {
        context
          .expect("creation_ttl", (await entryOf(context, "postgres"))["creation_ttl"])
          .equals(3600);
      },
    },
    {
      id: "approle-security.17",
      title: "it is renewable, and renewing works",
      fault: "batch-tokens",
      run: async (context) => {
        const { stack, expect } = context;
        expect("renewable", (await entryOf(context, "postgres"))["renewable"]).equals(true);
        const answer = await (
          await stack.as("postgres")
        ).request("POST", "auth/token/renew-self", {});
        expect("status of renew-self", answer.status).equals(200);
      },
    },
    {
      id: "approle-security.18",
      title: "its metadata names the role",
      fault: "identities-swapped",
      run: async (context) => {
        const meta = (await entryOf(context, "postgres"))["meta"] as { role_name?: string } | null;
        context.expect("role_name", meta?.role_name).equals("postgres-role");
      },
    },
    {
      id: "approle-security.19",
      title: "every token against every secret equals the access matrix",
      fault: "one-cell-more",
      run: async ({ stack, expect, print }) => {
        const width = Math.max(...allPaths.map((path) => path.length));
        print(`${"".padEnd(width)}  ${tenants.join("  ")}`);
        const wrong: string[] = [];
        const clients = await Promise.all(
          tenants.map(async (tenant) => [tenant, await stack.as(tenant)] as const),
        );
        for (const path of allPaths) {
          const cells = await Promise.all(
            clients.map(async ([tenant, client]) => {
              const read = (await statusOf(client, path)) === 200;
              if (read !== mayRead(tenant, path))
                wrong.push(`${tenant} ${read ? "reads" : "can't read"} ${path}`);
              return (read ? "read" : "-").padEnd(tenant.length);
            }),
          );
          print(`${path.padEnd(width)}  ${cells.join("  ").trimEnd()}`);
        }
        expect("cells that differ", wrong).equals([]);
      },
    },
    {
      id: "approle-security.20",
      title: "nothing but reading: no list, write, delete, metadata, subkeys, destroy",
      fault: "deletes-its-own",
      run: async ({ stack, expect }) => {
        for (const tenant of definitions.map(({ name }) => name)) {
          const own = await stack.as(tenant);
          const path = definitions.find(({ name }) => name === tenant)?.credentials[0]?.path ?? "";
          for (const [method, target, body] of otherThanReading(path)) {
            const { status } = await own.request(method, target, body);
            expect(`${tenant}: status of ${method} ${target}`, status).equals(403);
          }
        }
      },
    },
    {
      id: "approle-security.21",
      title: "capabilities-self agrees with what was seen",
      fault: "wrapped-only",
      run: async ({ stack, expect }) => {
        for (const tenant of tenants) {
          const own = await stack.as(tenant);
          for (const path of allPaths) {
            const answer = await own.write("sys/capabilities-self", {
              paths: [`secret/data/${path}`],
            });
            const told = (answer.data?.[`secret/data/${path}`] ?? []) as readonly string[];
            const read = (await statusOf(own, path)) === 200;
            expect(`${tenant}: capabilities on secret/data/${path}`, told).equals(
              read ? ["read"] : ["deny"],
            );
          }
        }
      },
    },
  ],
  faults: approleSecurityFaults,
};

function otherThanReading(
  path: string,
): readonly (readonly [string, string, Record<string, unknown>?])[] {
  return [
    ["GET", "secret/metadata/?list=true"],
    ["GET", `secret/metadata/${path}`],
    ["GET", `secret/subkeys/${path}`],
    ["POST", `secret/data/${path}`, { data: { password: "x" } }],
    ["DELETE", `secret/data/${path}`],
    ["POST", `secret/delete/${path}`, { versions: [1] }],
    ["POST", `secret/destroy/${path}`, { versions: [1] }],
    ["DELETE", `secret/metadata/${path}`],
  ];
}

/** A login with the tenant's files, some fields changed, or left out where they are undefined. */
async function logInWith(
  stack: StackHandle,
  tenant: string,
  change: Readonly<Record<string, string | undefined>> = {},
): Promise<VaultAnswer> {
  const identity = await stack.keyStore.identity(tenant);
  if (!identity) throw new Error(`there are no files approles/${tenant}`);
  const fields = {
    role_id: identity.roleId.reveal(),
    secret_id: identity.secretId.reveal(),
    ...change,
  };
  return stack.vault.request("POST", "auth/approle/login", fields);
}

/** What the vault keeps of a token that the tenant has just been given, as the administrator sees it. */
async function entryOf(
  { stack }: CheckContext,
  tenant: string,
): Promise<Readonly<Record<string, unknown>>> {
  const login = await logInWith(stack, tenant);
  const token = login.body?.auth?.client_token ?? "";
  return (await (await stack.administrator()).write("auth/token/lookup", { token })).data ?? {};
}

async function statusOf(client: VaultClient, path: string): Promise<number> {
  return (await client.request("GET", `secret/data/${path}`)).status;
}
