import { Secret } from "../shared/secret.ts";
import type { AppRoleIdentity } from "../vault/key-store.ts";
import type { VaultAnswer, VaultClient } from "../vault/vault-client.ts";
import { approleAuthFaults } from "./approle-auth-faults.ts";
import { type RawAnswer, rawRequest } from "./clients/raw-http.ts";
import type { StackHandle } from "./stack-handle.ts";
import type { CheckContext, Suite } from "./suite.ts";

const role = "auth/approle/role/management-role";
const policy = "sys/policies/acl/management-policy";

export const approleAuthSuite: Suite = {
  name: "approle-auth",
  summary: "AppRole from end to end, with the management role: what it gives, and what it refuses",
  services: ["postgres"],
  disruptive: false,
  checks: [
    {
      id: "approle-auth.01",
      title: "the vault is up",
      fault: "sealed",
      run: async ({ stack, expect }) => {
        expect(
          "status of sys/health",
          (await stack.vault.request("GET", "sys/health")).status,
        ).equals(200);
      },
    },
    {
      id: "approle-auth.02",
      title: "management-policy exists, with KV v2 data and metadata paths",
      fault: "metadata-forgotten",
      run: async ({ stack, expect }) => {
        const text = String((await (await stack.administrator()).read(policy))?.["policy"]);
        expect("management-policy", text).matches(/path "secret\/data\//);
        expect("management-policy", text).matches(/path "secret\/metadata\//);
      },
    },
    {
      id: "approle-auth.03",
      title: "AppRole authentication is enabled",
      fault: "approle-disabled",
      run: async ({ stack, expect }) => {
        const mounts = await (await stack.administrator()).read("sys/auth");
        expect(
          "type of auth/approle/",
          (mounts?.["approle/"] as { type?: string } | undefined)?.type,
        ).equals("approle");
      },
    },
    {
      id: "approle-auth.04",
      title: "management-role exists",
      fault: "role-deleted",
      run: async ({ stack, expect }) => {
        const roles = await (await stack.administrator()).list("auth/approle/role");
        expect("roles", roles).satisfies(
          "a list with management-role",
          roles.includes("management-role"),
        );
      },
    },
    {
      id: "approle-auth.05",
      title: "its role-id can be read and is the one in the file",
      fault: "role-id-changed",
      run: async ({ stack, expect }) => {
        const stored = (await (await stack.administrator()).read(`${role}/role-id`))?.["role_id"];
        const { roleId } = await identityOf(stack);
        expect("role-id in the file is the vault's", stored === roleId.reveal()).equals(true);
      },
    },
    {
      id: "approle-auth.06",
      title: "a secret-id can be generated, for 30 days, and has an accessor",
      fault: "secret-id-for-an-hour",
      run: async ({ stack, expect }) => {
        const client = await stack.administrator();
        const { data } = await client.write(`${role}/secret-id`);
        expect("secret-id", String(data?.["secret_id"])).matches(/^[0-9a-f-]{36}$/);
        expect("accessor", String(data?.["secret_id_accessor"])).matches(/^[0-9a-f-]{36}$/);
        expect("seconds to live", data?.["secret_id_ttl"]).equals(30 * 86_400);
        await client.write(`${role}/secret-id/destroy`, { secret_id: data?.["secret_id"] });
      },
    },
    {
      id: "approle-auth.07",
      title: "role-id and secret-id from the files give a token",
      fault: "bound-to-another-network",
      run: async ({ stack, expect }) => {
        const { status, body } = await logInWith(stack, await identityOf(stack));
        expect("status of the login", status).equals(200);
        expect("token", typeof body?.auth?.client_token).equals("string");
      },
    },
    {
      id: "approle-auth.08",
      title: "its token lives 15 minutes at most, and the maximum holds",
      fault: "token-for-an-hour",
      run: async (context) => {
        const own = await lookUp(context);
        context
          .expect("ttl", own["ttl"])
          .satisfies("15 minutes at most", Number(own["ttl"]) > 0 && Number(own["ttl"]) <= 900);
        const renewed = await (
          await context.stack.as("management")
        ).write("auth/token/renew-self", { increment: "100h" });
        const seconds = (renewed.auth as { lease_duration?: number } | null | undefined)
          ?.lease_duration;
        context
          .expect("seconds after a renewal for 100 h", seconds)
          .satisfies("24 h at most", Number(seconds) <= 86_400);
      },
    },
    {
      id: "approle-auth.09",
      title: "its token carries management-policy and no other but default",
      fault: "further-policy",
      run: async (context) => {
        context
          .expect("policies", (await lookUp(context))["policies"])
          .equals(["default", "management-policy"]);
      },
    },
    {
      id: "approle-auth.10",
      title: "it reads the secrets that it may read, and lists them",
      fault: "entry-forgotten",
      run: async ({ stack, expect }) => {
        const own = await stack.as("management");
        for (const path of ["postgres", "mysql", "mongodb", "redis-1", "rabbitmq"]) {
          expect(
            `status of secret/${path}`,
            (await own.request("GET", `secret/data/${path}`)).status,
          ).equals(200);
        }
        const names = await own.list("secret/metadata");
        expect("names listed", names).satisfies("a list with postgres", names.includes("postgres"));
      },
    },
    {
      id: "approle-auth.11",
      title: "writes outside its scope are refused with 403",
      fault: "writing-allowed",
      run: async ({ stack, expect }) => {
        const own = await stack.as("management");
        for (const path of [
          "secret/data/postgres",
          "secret/data/of-its-own",
          "secret/metadata/postgres",
          "cubbyhole/../secret/data/x",
        ]) {
          const answer = await own.request("POST", path, { data: { password: "x" } });
          refused({ expect }, `POST ${path}`, answer);
        }
      },
    },
    {
      id: "approle-auth.12",
      title: "administration is refused: policies, mounts, seal, tokens",
      fault: "administration-allowed",
      run: async ({ stack, expect }) => {
        const own = await stack.as("management");
        const requests: readonly [string, Record<string, unknown>][] = [
          ["sys/policies/acl/of-its-own", { policy: 'path "*" { capabilities = ["read"] }' }],
          ["sys/auth/userpass", { type: "userpass" }],
          ["sys/mounts/of-its-own", { type: "kv" }],
          ["sys/seal", {}],
          ["auth/token/create", { policies: ["root"] }],
        ];
        for (const [path, body] of requests)
          refused({ expect }, `POST ${path}`, await own.request("POST", path, body));
      },
    },
    {
      id: "approle-auth.13",
      title: "its token may look itself up",
      fault: "default-policy-emptied",
      run: async ({ stack, expect }) => {
        const { status, body } = await (
          await stack.as("management")
        ).request("GET", "auth/token/lookup-self");
        expect("status of lookup-self", status).equals(200);
        expect(
          "role named in the token's metadata",
          (body?.data?.["meta"] as { role_name?: string } | undefined)?.role_name,
        ).equals("management-role");
      },
    },
    {
      id: "approle-auth.14",
      title: "a destroyed secret-id ends logins, and nothing is left of it",
      fault: "secret-id-not-asked-for",
      run: async ({ stack, expect }) => {
        const client = await stack.administrator();
        const { roleId } = await identityOf(stack);
        const before = await client.list(`${role}/secret-id`);
        const secretId = new Secret(
          String((await client.write(`${role}/secret-id`)).data?.["secret_id"]),
        );
        expect("status with it", (await logInWith(stack, { roleId, secretId })).status).equals(200);
        await client.write(`${role}/secret-id/destroy`, { secret_id: secretId.reveal() });
        const after = await logInWith(stack, { roleId, secretId });
        expect("status once it is destroyed", after.status).equals(400);
        expect("errors", after.body?.errors).equals(["invalid role or secret ID"]);
        expect("accessors", (await client.list(`${role}/secret-id`)).toSorted()).equals(
          before.toSorted(),
        );
      },
    },
    {
      id: "approle-auth.15",
      title: "tricks with the path reach nothing that the policy does not give",
      fault: "reads-whatever-lies-there",
      run: async ({ stack, expect }) => {
        const login = await logInWith(stack, await identityOf(stack));
        const token = login.body?.auth?.client_token ?? "";
        const { password = "" } = await stack.secret("postgres-admin");
        const allowed = await rawRequest(stack.vault.place, "GET", "/v1/secret/data/postgres", {
          "X-Vault-Token": token,
        });
        expect("status of what the policy gives", allowed.status).equals(200);
        for (const [path, headers] of tricks) {
          const ask = async (at: string): Promise<RawAnswer> =>
            rawRequest(stack.vault.place, "GET", at, { "X-Vault-Token": token, ...headers });
          const first = await ask(path);
          // OpenBao puts a path right by a redirect, as it tells a client to ask: there it has to be refused.
          const answer = first.location === undefined ? first : await ask(first.location);
          expect(`status of ${path}`, answer.status).satisfies("a refusal", answer.status >= 400);
          expect(
            `${path} gives the superuser's password away`,
            answer.body.includes(password),
          ).equals(false);
        }
      },
    },
  ],
  faults: approleAuthFaults,
};

/** Ways that lead to `secret/postgres-admin` if somebody puts them right after the policy was asked. */
const tricks: readonly (readonly [path: string, headers?: Record<string, string>])[] = [
  ["/v1/secret/data/postgres-admin"],
  ["/v1/secret/data/postgres/../postgres-admin"],
  ["/v1/secret/data/postgres/%2e%2e/postgres-admin"],
  ["/v1/secret/data/postgres%2f..%2fpostgres-admin"],
  ["/v1/secret//data/postgres-admin"],
  ["/v1/secret/data//postgres-admin"],
  ["/v1/secret/data/postgres-admin/"],
  ["/v1/secret/data/postgres-admin%00"],
  ["/v1/secret/data/postgres-admin?version=1"],
  ["/v1/secret/metadata/../data/postgres-admin"],
  ["/v1/cubbyhole/../secret/data/postgres-admin"],
  ["/v1//secret/data/postgres-admin"],
  ["/v1/SECRET/data/postgres-admin"],
  ["/v1/secret/data/postgres-admin", { "X-Vault-Namespace": "root" }],
  ["/v1/secret/data/postgres-admin", { "X-Vault-Policy-Override": "true" }],
];

async function identityOf(stack: StackHandle): Promise<AppRoleIdentity> {
  const identity = await stack.keyStore.identity("management");
  if (!identity) throw new Error("there are no files approles/management");
  return identity;
}

async function logInWith(stack: StackHandle, identity: AppRoleIdentity): Promise<VaultAnswer> {
  return stack.vault.request("POST", "auth/approle/login", {
    role_id: identity.roleId.reveal(),
    secret_id: identity.secretId.reveal(),
  });
}

/** The token's own entry, as the administrator sees it. */
async function lookUp({ stack }: CheckContext): Promise<Readonly<Record<string, unknown>>> {
  const login = await logInWith(stack, await identityOf(stack));
  const client: VaultClient = await stack.administrator();
  const found = await client.write("auth/token/lookup", {
    token: login.body?.auth?.client_token ?? "",
  });
  return found.data ?? {};
}

function refused(
  { expect }: Pick<CheckContext, "expect">,
  what: string,
  answer: VaultAnswer,
): void {
  expect(`status of ${what}`, answer.status).equals(403);
  expect(`errors of ${what}`, answer.body?.errors?.join()).matches(/permission denied/);
}
