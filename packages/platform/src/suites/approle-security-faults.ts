import { rename } from "node:fs/promises";
import path from "node:path";
import type { StackHandle } from "./stack-handle.ts";
import type { SuiteFault } from "./suite.ts";

/** Identities that no role has; a fault gives them to one. */
export const strangerRoleId = "00000000-aaaa-bbbb-cccc-000000000000";
export const strangerSecretId = "11111111-aaaa-bbbb-cccc-111111111111";

/** The ids of these numbers. */
const checks = (...numbers: readonly number[]): readonly string[] =>
  numbers.map((number) => `approle-security.${String(number).padStart(2, "0")}`);

const roleOf = (tenant: string): string => `auth/approle/role/${tenant}-role`;

/** What is broken on purpose to show that the checks of access see it. */
export const approleSecurityFaults: readonly SuiteFault[] = [
  {
    name: "stranger-role-id",
    summary: "management has the role-id that nobody should have",
    turnsRed: checks(1, 4, 19, 21),
    apply: async (stack) =>
      write(stack, `${roleOf("management")}/role-id`, { role_id: strangerRoleId }),
  },
  {
    name: "stranger-secret-id",
    summary: "management takes the secret-id that nobody should have",
    turnsRed: checks(2),
    apply: async (stack) =>
      write(stack, `${roleOf("management")}/custom-secret-id`, { secret_id: strangerSecretId }),
  },
  {
    name: "approle-disabled",
    summary: "AppRole authentication is disabled",
    turnsRed: checks(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21),
    apply: async (stack) => (await stack.administrator()).delete("sys/auth/approle"),
  },
  {
    name: "secret-id-not-asked-for",
    summary: "management is asked for no secret-id",
    turnsRed: checks(2, 4),
    apply: async (stack) => write(stack, roleOf("management"), { bind_secret_id: false }),
  },
  ...(
    [
      ["postgres", [5, 12, 14, 16, 17, 18, 19, 20, 21]],
      ["mysql", [6, 13, 15, 19, 20, 21]],
      ["redis", [7, 19, 20, 21]],
      ["mongodb", [8, 19, 20, 21]],
      ["rabbitmq", [9, 19, 20, 21]],
      ["reference-api", [11, 19, 20, 21]],
    ] as const
  ).map(([tenant, numbers]): SuiteFault => ({
    name: `${tenant}-login-refused`,
    summary: `${tenant}'s role is deleted`,
    turnsRed: checks(...numbers),
    apply: async (stack) => (await stack.administrator()).delete(roleOf(tenant)),
  })),
  ...(
    [
      ["postgres", 12],
      ["mysql", 13],
    ] as const
  ).map(([tenant, number]): SuiteFault => ({
    name: `${tenant}-further-policy`,
    summary: `${tenant}'s role has a further policy`,
    turnsRed: checks(number),
    apply: async (stack) =>
      write(stack, roleOf(tenant), { token_policies: [`${tenant}-policy`, "further"] }),
  })),
  ...(
    [
      ["postgres", "mysql", 14],
      ["mysql", "postgres", 15],
    ] as const
  ).map(([tenant, other, number]): SuiteFault => ({
    name: `${tenant}-reads-${other}`,
    summary: `${tenant}'s policy gives it ${other}'s secret too`,
    turnsRed: checks(number, 19),
    apply: async (stack) =>
      addToPolicy(stack, tenant, `path "secret/data/${other}" { capabilities = ["read"] }`),
  })),
  {
    name: "token-for-half-an-hour",
    summary: "postgres's tokens live half an hour",
    turnsRed: checks(16),
    apply: async (stack) => write(stack, roleOf("postgres"), { token_ttl: "30m" }),
  },
  {
    name: "batch-tokens",
    summary: "postgres is given batch tokens",
    turnsRed: checks(17),
    apply: async (stack) => write(stack, roleOf("postgres"), { token_type: "batch" }),
  },
  {
    name: "identities-swapped",
    summary: "the files of postgres and mysql are swapped",
    turnsRed: checks(12, 13, 14, 15, 18, 19),
    apply: swapIdentities,
  },
  {
    name: "one-cell-more",
    summary: "redis may read RabbitMQ's secret",
    turnsRed: checks(19),
    apply: async (stack) =>
      addToPolicy(stack, "redis", 'path "secret/data/rabbitmq" { capabilities = ["read"] }'),
  },
  {
    name: "deletes-its-own",
    summary: "mysql may destroy versions of its own secret",
    turnsRed: checks(20, 21), // what the check destroys can't be read afterwards
    apply: async (stack) =>
      addToPolicy(stack, "mysql", 'path "secret/destroy/mysql" { capabilities = ["update"] }'),
  },
  {
    name: "wrapped-only",
    summary:
      "mongodb may read its secret only in a wrapped answer, which its capabilities do not say",
    turnsRed: checks(19, 21),
    apply: async (stack) =>
      write(stack, "sys/policies/acl/mongodb-policy", {
        policy: ["mongodb", "mongodb-admin"]
          .map(
            (entry) =>
              `path "secret/data/${entry}" { capabilities = ["read"] min_wrapping_ttl = "10s" max_wrapping_ttl = "90s" }`,
          )
          .join("\n"),
      }),
  },
];

async function write(stack: StackHandle, at: string, body: Record<string, unknown>): Promise<void> {
  await (await stack.administrator()).write(at, body);
}

async function addToPolicy(stack: StackHandle, tenant: string, rule: string): Promise<void> {
  const at = `sys/policies/acl/${tenant}-policy`;
  const text = String((await (await stack.administrator()).read(at))?.["policy"]);
  await write(stack, at, { policy: `${text}\n${rule}` });
}

async function swapIdentities({ keyStore }: StackHandle): Promise<void> {
  const [postgres, mysql, aside] = ["postgres", "mysql", "aside"].map((name) =>
    path.join(keyStore.folder, "approles", name),
  );
  for (const [from, to] of [
    [postgres, aside],
    [mysql, postgres],
    [aside, mysql],
  ]) {
    await rename(from ?? "", to ?? "");
  }
}
