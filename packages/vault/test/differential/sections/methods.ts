import { list, remove, type Section, type Step, write } from "../step.ts";

/** Paths of every kind, there and not there. */
const paths = [
  "sys",
  "sys/health",
  "sys/seal-status",
  "sys/leader",
  "sys/init",
  "sys/mounts",
  "sys/mounts/diff-methods",
  "sys/mounts/diff-methods/tune",
  "sys/mounts/no-such",
  "sys/auth",
  "sys/auth/no-such",
  "sys/auth/token/tune",
  "sys/policies",
  "sys/policies/acl",
  "sys/policies/acl/diff-methods",
  "sys/policies/acl/no/such",
  "sys/policies/no-such",
  "sys/policy",
  "sys/policy/diff-methods",
  "sys/capabilities",
  "sys/capabilities-self",
  "sys/capabilities-accessor",
  "sys/leases",
  "sys/leases/lookup",
  "sys/leases/lookup/none",
  "sys/leases/renew",
  "sys/audit",
  "sys/audit-hash/none",
  "sys/key-status",
  "sys/wrapping",
  "sys/wrapping/lookup",
  "sys/internal/ui/mounts",
  "sys/internal/ui/mounts/diff-methods",
  "sys/internal/ui/mounts/no-such",
  "sys/internal/no-such",
  "sys/remount",
  "sys/no/such",
  "auth",
  "auth/no-such",
  "auth/token",
  "auth/token/lookup",
  "auth/token/lookup-self",
  "auth/token/accessors",
  "auth/token/roles",
  "auth/token/roles/none",
  "auth/token/no/such",
  "auth/diff-methods",
  "auth/diff-methods/login",
  "auth/diff-methods/role",
  "auth/diff-methods/role/job",
  "auth/diff-methods/role/none",
  "auth/diff-methods/role/job/role-id",
  "auth/diff-methods/role/job/secret-id",
  "auth/diff-methods/role/job/secret-id/lookup",
  "auth/diff-methods/role/job/no-such",
  "diff-methods",
  "diff-methods/config",
  "diff-methods/data",
  "diff-methods/data/a",
  "diff-methods/data/none",
  "diff-methods/metadata",
  "diff-methods/metadata/a",
  "diff-methods/metadata/none",
  "diff-methods/delete/a",
  "diff-methods/destroy/none",
  "diff-methods/subkeys/a",
  "diff-methods/no/such",
  "diff-methods-one",
  "diff-methods-one/a",
  "diff-methods-one/none",
  "diff-methods-pki",
  "diff-methods-pki/ca",
  "diff-methods-pki/ca/pem",
  "diff-methods-pki/ca_chain",
  "diff-methods-pki/crl",
  "diff-methods-pki/crl/pem",
  "diff-methods-pki/certs",
  "diff-methods-pki/cert/none",
  "diff-methods-pki/issuers",
  "diff-methods-pki/roles",
  "diff-methods-pki/roles/none",
  "diff-methods-pki/issue/none",
  "diff-methods-pki/no/such",
  "cubbyhole",
  "cubbyhole/none",
  "no-such",
  "no-such/a",
] as const;

/** As whom: root, one who has no more than the default policy, nobody, and who has a token that is none. */
const callers = ["{{root}}", "{{plain}}", "", "nobodys"] as const;

/** What data an answer has is compared by the sections of each engine. */
const only = [
  "content type",
  "headers",
  "errors",
  "warnings",
  "wrap_info",
  "lease_id",
  "renewable",
];

function asked(token: string): Step[] {
  return requests(token).map((step) => ({ ...step, only }));
}

function requests(token: string): Step[] {
  return paths.flatMap((path) => [
    { method: "GET", path, token },
    { method: "LIST", path, token },
    { method: "GET", path: `${path}?list=true`, token },
    { method: "HEAD", path, token },
    { method: "PATCH", path, token, body: {}, headers: mergePatch },
    ...(harmful.has(path) && token === "{{root}}"
      ? []
      : [
          { method: "POST", path, token },
          { method: "PUT", path, token, body: {} },
          { method: "DELETE", path, token },
        ]),
  ]);
}

const mergePatch = { "Content-Type": "application/merge-patch+json" };
/** What root would do to what the others still ask for. */
const harmful: ReadonlySet<string> = new Set([
  "sys/mounts/diff-methods",
  "sys/policies/acl/diff-methods",
  "sys/policy/diff-methods",
  "auth/diff-methods/role/job",
  "diff-methods/metadata/a",
  "diff-methods/data/a",
  "diff-methods-one/a",
  "sys/init",
]);

export const methods: readonly Section[] = callers.map((token, index) => ({
  name: `every method on every path, as ${["root", "with the default policy", "nobody", "with a token that is none"][index]}`,
  steps: [
    ...(index === 0
      ? [
          write("sys/mounts/diff-methods", { type: "kv-v2" }),
          write("sys/mounts/diff-methods-one", { type: "kv" }),
          write("sys/mounts/diff-methods-pki", { type: "pki" }),
          write("sys/auth/diff-methods", { type: "approle" }),
          write("auth/diff-methods/role/job", { token_policies: "default" }),
          write("sys/policies/acl/diff-methods", { policy: 'path "a" {}' }),
          write("diff-methods/data/a", { data: { x: "y" } }),
          write("diff-methods-one/a", { x: "y" }),
        ]
      : []),
    write("auth/token/create", { policies: "default" }, { keep: { plain: "auth.client_token" } }),
    ...asked(token),
    ...(index === callers.length - 1
      ? [
          remove("sys/mounts/diff-methods"),
          remove("sys/mounts/diff-methods-one"),
          remove("sys/mounts/diff-methods-pki"),
          remove("sys/auth/diff-methods"),
          remove("sys/policies/acl/diff-methods"),
          list("auth/token/roles"),
        ]
      : []),
  ],
}));
