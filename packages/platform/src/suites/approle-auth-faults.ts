import type { StackHandle } from "./stack-handle.ts";
import type { SuiteFault } from "./suite.ts";

const role = "auth/approle/role/management-role";
const policy = "management-policy";

/** The ids of these numbers. */
const checks = (...numbers: readonly number[]): readonly string[] =>
  numbers.map((number) => `approle-auth.${String(number).padStart(2, "0")}`);

const everyLogin = [7, 8, 9, 10, 11, 12, 13, 14, 15];

/** What is broken on purpose to show that the checks of AppRole see it. */
export const approleAuthFaults: readonly SuiteFault[] = [
  {
    name: "sealed",
    summary: "the vault is sealed",
    turnsRed: checks(1, 2, 3, 4, 5, 6, ...everyLogin),
    apply: async (stack) => write(stack, "sys/seal"),
  },
  {
    name: "metadata-forgotten",
    summary: "the policy does not name the metadata paths, though a further one gives them",
    turnsRed: checks(2, 9),
    apply: async (stack) => {
      const lists = 'path "secret/metadata/*" { capabilities = ["list", "read"] }';
      await changePolicy(stack, (text) => text.replace(lists, ""));
      await write(stack, "sys/policies/acl/lists", { policy: lists });
      await write(stack, role, { token_policies: [policy, "lists"] });
    },
  },
  {
    name: "approle-disabled",
    summary: "AppRole authentication is disabled",
    turnsRed: checks(3, 4, 5, 6, ...everyLogin),
    apply: async (stack) => (await stack.administrator()).delete("sys/auth/approle"),
  },
  {
    name: "role-deleted",
    summary: "the role is deleted",
    turnsRed: checks(4, 5, 6, ...everyLogin),
    apply: async (stack) => (await stack.administrator()).delete(role),
  },
  {
    name: "role-id-changed",
    summary: "the role has another role-id than the file",
    turnsRed: checks(5, ...everyLogin),
    apply: async (stack) => write(stack, `${role}/role-id`, { role_id: "another-role-id" }),
  },
  {
    name: "secret-id-for-an-hour",
    summary: "secret-ids live an hour",
    turnsRed: checks(6),
    apply: async (stack) => write(stack, role, { secret_id_ttl: "1h" }),
  },
  {
    name: "bound-to-another-network",
    summary: "the role's secret-ids serve from another network alone",
    turnsRed: checks(...everyLogin),
    apply: async (stack) => write(stack, role, { secret_id_bound_cidrs: ["10.0.0.0/8"] }),
  },
  {
    name: "token-for-an-hour",
    summary: "the role's tokens live an hour",
    turnsRed: checks(8),
    apply: async (stack) => write(stack, role, { token_ttl: "1h" }),
  },
  {
    name: "further-policy",
    summary: "the role has a further policy",
    turnsRed: checks(9),
    apply: async (stack) => write(stack, role, { token_policies: [policy, "further"] }),
  },
  {
    name: "entry-forgotten",
    summary: "the policy forgets MySQL's entry",
    turnsRed: checks(10),
    apply: async (stack) =>
      changePolicy(stack, (text) => text.replace("secret/data/mysql", "secret/data/nothing")),
  },
  {
    name: "writing-allowed",
    summary: "the policy lets it write an entry of its own",
    turnsRed: checks(11),
    apply: async (stack) =>
      changePolicy(
        stack,
        (text) => `${text}\npath "secret/data/of-its-own" { capabilities = ["create", "update"] }`,
      ),
  },
  {
    name: "administration-allowed",
    summary: "the policy lets it write policies",
    turnsRed: checks(12),
    apply: async (stack) =>
      changePolicy(
        stack,
        (text) => `${text}\npath "sys/policies/acl/*" { capabilities = ["create", "update"] }`,
      ),
  },
  {
    name: "default-policy-emptied",
    summary: "the policy that every token has gives nothing",
    turnsRed: checks(8, 13),
    apply: async (stack) =>
      write(stack, "sys/policies/acl/default", {
        policy: 'path "nothing" { capabilities = ["read"] }',
      }),
  },
  {
    name: "secret-id-not-asked-for",
    summary: "the role asks for no secret-id",
    turnsRed: checks(6, 14),
    apply: async (stack) => write(stack, role, { bind_secret_id: false }),
  },
  {
    name: "reads-whatever-lies-there",
    summary: "the policy gives every entry of the mount",
    turnsRed: checks(15),
    apply: async (stack) =>
      changePolicy(stack, (text) => `${text}\npath "secret/data/*" { capabilities = ["read"] }`),
  },
];

async function write(
  stack: StackHandle,
  path: string,
  body: Record<string, unknown> = {},
): Promise<void> {
  await (await stack.administrator()).write(path, body);
}

async function changePolicy(stack: StackHandle, change: (text: string) => string): Promise<void> {
  const text = String(
    (await (await stack.administrator()).read(`sys/policies/acl/${policy}`))?.["policy"],
  );
  const changed = change(text);
  if (changed === text) throw new Error(`the fault changed nothing in ${policy}`);
  await write(stack, `sys/policies/acl/${policy}`, { policy: changed });
}
