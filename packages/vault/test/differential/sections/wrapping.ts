import { list, read, remove, type Section, type Step, write } from "../step.ts";

const ttl = (value: string): Readonly<Record<string, string>> => ({ "X-Vault-Wrap-TTL": value });
const wrapped = { headers: { "X-Vault-Wrap-TTL": "2m" }, keep: { held: "wrap_info.token" } };
const keep = { again: "wrap_info.token" };
const held = { token: "{{held}}" };

/** The same answer twice: what stands for it, then the answer itself. */
function through(step: Step): Step[] {
  const lists = ["LIST", "GET"].includes(step.method);
  return [
    { ...step, ...wrapped },
    write("sys/wrapping/lookup", held, { token: "" }),
    write("sys/wrapping/unwrap", held, lists ? { ignore: ["data.accessor"] } : {}),
    write("sys/wrapping/unwrap", held),
  ];
}

export const wrapping: readonly Section[] = [
  {
    name: "wrapping: one's own data",
    steps: [
      write("sys/wrapping/wrap", { a: 1 }),
      read("sys/wrapping/wrap", wrapped),
      write("sys/wrapping/wrap", undefined, wrapped),
      ...["60", "1h", "1m30s", "0", "", "abc", "-5", "1.5", "5000000h"].map((value) =>
        write("sys/wrapping/wrap", { a: value }, { headers: ttl(value) }),
      ),
      ...[{}, { a: 1, b: { c: [null, true, 1.5] } }, { data: { x: "y" } }, { token: "t" }].flatMap(
        (data) => through(write("sys/wrapping/wrap", data)),
      ),
      write("sys/wrapping/wrap", { a: "1" }, { ...wrapped, token: "" }),
      write("sys/wrapping/wrap", { a: "1" }, { ...wrapped, token: "nobodys" }),
    ],
  },
  {
    name: "wrapping: answers of all kinds",
    steps: [
      write("sys/mounts/diff-wrap", { type: "kv" }),
      write("diff-wrap/a", { x: "y" }),
      write("sys/auth/diff-wrap-role", { type: "approle" }),
      write("auth/diff-wrap-role/role/job", { token_ttl: "10m", policies: "default" }),
      ...through(read("diff-wrap/a")),
      ...through(list("diff-wrap")),
      ...through(read("sys/policy")),
      ...through(write("sys/capabilities-self", { path: "diff-wrap/a" })),
      ...through(write("auth/token/create", { policies: "default", ttl: "5m" })),
      ...through(write("auth/diff-wrap-role/role/job/secret-id")),
      read("auth/diff-wrap-role/role/job/role-id", { keep: { role: "data.role_id" } }),
      write("auth/diff-wrap-role/role/job/secret-id", undefined, wrapped),
      write("sys/wrapping/unwrap", held, { keep: { secret: "data.secret_id" } }),
      ...through(
        write(
          "auth/diff-wrap-role/login",
          { role_id: "{{role}}", secret_id: "{{secret}}" },
          { token: "" },
        ),
      ),
      // Nothing to wrap, or a refusal, which is told as it is.
      read("diff-wrap/none", wrapped),
      list("diff-wrap/none", wrapped),
      write("diff-wrap/b", { x: "y" }, wrapped),
      remove("diff-wrap/b", wrapped),
      read("diff-none/a", wrapped),
      read("diff-wrap/a", { ...wrapped, token: "nobodys" }),
      write("auth/diff-wrap-role/login", { role_id: "no" }, { ...wrapped, token: "" }),
      read("sys/seal-status", {
        headers: ttl("60"),
        ignore: ["build_date", "commit_date", "version", "cluster_name", "storage_type"],
      }),
    ],
  },
  {
    name: "wrapping: tokens that hold an answer",
    steps: [
      write("sys/wrapping/wrap", { a: "1" }, wrapped),
      write("auth/token/lookup", held),
      write("sys/capabilities", { ...held, paths: ["cubbyhole/response", "sys/wrapping/unwrap"] }),
      read("sys/wrapping/lookup", { token: "{{held}}" }),
      write("sys/wrapping/lookup", undefined, { token: "{{held}}" }),
      write("sys/wrapping/unwrap", undefined, { token: "{{held}}" }),
      write("sys/wrapping/unwrap", undefined, { token: "{{held}}" }),
      read("sys/wrapping/lookup", { token: "{{held}}" }),
      write("auth/token/lookup", held, { settles: true }),
      // Any use is its only one.
      write("sys/wrapping/wrap", { a: "1" }, wrapped),
      read("auth/token/lookup-self", { token: "{{held}}" }),
      write("sys/wrapping/unwrap", held),
      write("sys/wrapping/wrap", { a: "1" }, wrapped),
      read("cubbyhole/response", { token: "{{held}}", ignore: ["data.response"] }),
      write("sys/wrapping/unwrap", held),
      write("sys/wrapping/wrap", { a: "1" }, wrapped),
      write("cubbyhole/response", { response: "forged" }, { token: "{{held}}" }),
      write("sys/wrapping/unwrap", held),
      write("sys/wrapping/wrap", { a: "1" }, wrapped),
      read("cubbyhole/wrapinfo", { token: "{{held}}" }),
      write("sys/wrapping/wrap", { a: "1" }, wrapped),
      write("auth/token/renew", held),
      write("auth/token/revoke", held),
      write("sys/wrapping/lookup", held),
      write("sys/wrapping/unwrap", held),
      // Another token takes its place.
      write("sys/wrapping/wrap", { a: "1" }, wrapped),
      write("sys/wrapping/rewrap", held, { keep }),
      write("sys/wrapping/lookup", held),
      write("sys/wrapping/lookup", { token: "{{again}}" }),
      write("sys/wrapping/unwrap", { token: "{{again}}" }),
      write("sys/wrapping/rewrap", { token: "{{again}}" }),
      write("sys/wrapping/wrap", { a: "1" }, wrapped),
      write("sys/wrapping/rewrap", undefined, { token: "{{held}}" }),
      // Wrapped once more.
      write("sys/wrapping/wrap", { a: "1" }, wrapped),
      write("sys/wrapping/unwrap", held, { headers: ttl("60"), keep }),
      write("sys/wrapping/unwrap", { token: "{{again}}" }),
      write("sys/wrapping/wrap", { a: "1" }, wrapped),
      write("sys/wrapping/lookup", held, { headers: ttl("60"), keep }),
      write("sys/wrapping/unwrap", { token: "{{again}}" }),
      // Tokens that hold none.
      ...["unwrap", "rewrap", "lookup"].flatMap((name) => [
        write(`sys/wrapping/${name}`),
        write(`sys/wrapping/${name}`, undefined, { token: "" }),
        ...["nobodys", "", 3, null, ["x"], "{{root}}"].map((token) =>
          write(`sys/wrapping/${name}`, { token }),
        ),
        write(`sys/wrapping/${name}`, { token: "nobodys" }, { token: "" }),
        write(`sys/wrapping/${name}`, { token: "nobodys" }, { token: "nobodys" }),
        remove(`sys/wrapping/${name}`),
        list(`sys/wrapping/${name}`),
      ]),
    ],
  },
  {
    name: "wrapping: policies",
    steps: [
      write("sys/mounts/diff-wrap", { type: "kv" }),
      write("diff-wrap/a", { x: "y" }),
      write("sys/policies/acl/diff-wrap", {
        policy: `path "diff-wrap/*" {
          capabilities = ["read"]
          min_wrapping_ttl = "1m"
          max_wrapping_ttl = "1h"
        }`,
      }),
      write(
        "auth/token/create",
        { policies: "diff-wrap" },
        { keep: { user: "auth.client_token" } },
      ),
      read("diff-wrap/a", { token: "{{user}}" }),
      ...["30", "60", "1h", "2h"].map((value) =>
        read("diff-wrap/a", { token: "{{user}}", headers: ttl(value) }),
      ),
      read("diff-wrap/a", { ...wrapped, token: "{{user}}" }),
      write("sys/wrapping/lookup", held, { token: "{{user}}" }),
      write("sys/wrapping/rewrap", held, { token: "{{user}}" }),
      write("sys/wrapping/unwrap", held, { token: "{{user}}" }),
      read("sys/policies/acl/response-wrapping", { ignore: ["data.policy"] }),
      write("sys/policies/acl/response-wrapping", { policy: 'path "a" {}' }),
      write("sys/policies/acl/Response-Wrapping", { policy: 'path "a" {}' }),
      remove("sys/policies/acl/response-wrapping"),
      list("sys/policies/acl"),
      write("auth/token/create", { policies: "response-wrapping" }),
      remove("sys/policies/acl/diff-wrap"),
      remove("sys/mounts/diff-wrap"),
      remove("sys/auth/diff-wrap-role"),
    ],
  },
];
