import { list, read, remove, write, type Section, type Step } from "../step.ts";

const texts: readonly string[] = [
  'path "a/*" { capabilities = ["read"] }',
  'path "a" { policy = "write" }',
  'path "a" { policy = "junk" }',
  'path "a" { capabilities = ["fly"] }',
  'path "a" { capabilities = "read" }',
  'path "a" { capabilities = [] }',
  'path "a" { unknown = 1 }',
  'paths "a" { capabilities = ["read"] }',
  'path "a" { capabilities = ["read"]',
  'path "a" capabilities',
  "path { }",
  'path "a" "b" { capabilities = ["read"] }',
  'path "" { capabilities = ["read"] }',
  'path "/a" { capabilities = ["read"] }',
  'path "a/+/b" { capabilities = ["read"] }',
  'path "a/+*" { capabilities = ["read"] }',
  'path "a*b" { capabilities = ["read"] }',
  'path "a" { min_wrapping_ttl = "1h" max_wrapping_ttl = "30m" }',
  'path "a" { min_wrapping_ttl = "junk" }',
  'path "a" { allowed_parameters = { "x" = ["1"] } capabilities = ["update"] }',
  'path "a" { allowed_parameters = "x" }',
  'path "a" { required_parameters = ["x"] }',
  'path "a" { capabilities = ["read"] } path "a" { capabilities = ["deny"] }',
  '{"path":{"a/*":{"capabilities":["read"]}}}',
  '{"path":{"a/*":{"policy":"write"}}}',
  '{"path":"a"}',
  '{"path":[]}',
  "{",
  "{}",
  "junk",
  "# nothing but a comment",
  "",
  " ",
  "cGF0aCAiYS8qIiB7IGNhcGFiaWxpdGllcyA9IFsicmVhZCJdIH0=",
  'path "a" { capabilities = ["read", "read", "list"] comment = "twice" }',
  'path "a" { capabilities = ["root"] }',
  'path "a" { capabilities = ["scan"] }',
  'path "a" { expiration = "2000-01-01T00:00:00Z" capabilities = ["read"] }',
  'name = "x" path "a" { capabilities = ["read"] }',
  'path "a" = { capabilities = ["read"] }',
  "path \"a\" { capabilities = ['read'] }",
  'path "a" { capabilities = ["read"], }',
  'path "a" { capabilities = ["read" "list"] }',
];

/** What a token with one policy may do, request by request. */
const rules = `
path "diff-acl/*" { capabilities = ["read", "list"] }
path "diff-acl/exact" { capabilities = ["update"] }
path "diff-acl/deny" { capabilities = ["deny"] }
path "diff-acl/create/*" { capabilities = ["create"] }
path "diff-acl/update/*" { capabilities = ["update"] }
path "diff-acl/+/plus" { capabilities = ["create", "update", "delete"] }
path "diff-acl/+/+/plus" { capabilities = ["delete"] }
path "diff-acl/a/*" { capabilities = ["delete"] }
path "diff-acl/lst" { capabilities = ["list"] }
path "diff-acl/lst2/" { capabilities = ["list"] }
path "diff-acl/params" {
  capabilities = ["create", "update"]
  allowed_parameters = { "ok" = ["1", "two*"], "any" = [] }
  denied_parameters = { "never" = [] }
  required_parameters = ["ok"]
}
path "diff-acl/wild" { capabilities = ["create", "update"] allowed_parameters = { "*" = [] } denied_parameters = { "x" = ["bad*"] } }
path "sys/mounts" { capabilities = ["read"] }
path "sys/auth" { capabilities = ["read"] }
path "sys/auth/*" { capabilities = ["read", "update", "delete"] }
path "sys/policies/acl/*" { capabilities = ["read", "list"] }
path "sys/leases/revoke-prefix/*" { capabilities = ["update"] }
path "auth/token/accessors" { capabilities = ["list"] }
`;

const paths = [
  "diff-acl/x",
  "diff-acl/exact",
  "diff-acl/deny",
  "diff-acl/create/new",
  "diff-acl/create/old",
  "diff-acl/update/new",
  "diff-acl/update/old",
  "diff-acl/x/plus",
  "diff-acl/x/y/plus",
  "diff-acl/a/plus",
  "diff-acl/a/b",
  "diff-acl/lst",
  "diff-acl/lst2",
  "diff-acl",
  "diff-acl/",
  "diff-other/x",
];

const parameters: readonly unknown[] = [
  { ok: "1" },
  { ok: "2" },
  { ok: "two and more" },
  { OK: "1" },
  { ok: 1 },
  { ok: "1", any: { a: 1 } },
  { ok: "1", other: "x" },
  { ok: "1", never: "x" },
  { any: "x" },
  {},
];

function asCaller(step: Step): Step {
  return { ...step, token: "{{caller}}" };
}

const asked = [
  ...paths,
  "sys/mounts",
  "sys/auth/x",
  "sys/policies/acl/y",
  "auth/token/lookup-self",
  "cubbyhole/x",
  "/diff-acl/x",
  "",
];

export const policies: readonly Section[] = [
  {
    name: "policies: texts",
    steps: [
      ...texts.flatMap((policy) => [
        write("sys/policies/acl/diff-text", { policy }),
        read("sys/policies/acl/diff-text"),
      ]),
      write("sys/policies/acl/diff-text", {}),
      write("sys/policies/acl/diff-text", { policy: 7 }),
      write("sys/policies/acl/diff-text", { policy: { path: {} } }),
      write("sys/policies/acl/Diff-UPPER", { policy: texts[0] }),
      read("sys/policies/acl/diff-upper"),
      read("sys/policies/acl/DIFF-UPPER"),
      remove("sys/policies/acl/Diff-Upper"),
      read("sys/policies/acl/diff-upper"),
      write("sys/policy/diff-old", { rules: texts[0] }),
      write("sys/policy/diff-old", { policy: texts[0] }),
      read("sys/policy/diff-old"),
      read("sys/policy/no-such"),
      read("sys/policies/acl/no-such"),
      remove("sys/policy/diff-old"),
      remove("sys/policy/no-such"),
      ...["root", "default"].flatMap((name) => [
        write(`sys/policies/acl/${name === "default" ? "root" : name}`, { policy: texts[0] }),
        remove(`sys/policies/acl/${name}`),
        remove(`sys/policy/${name}`),
      ]),
      read("sys/policies/acl/root"),
      read("sys/policy/root"),
      write("sys/policies/acl/", { policy: texts[0] }),
      write("sys/policies/acl/a/b", { policy: texts[0] }),
      remove("sys/policies/acl/a/b"),
      remove("sys/policies/acl/diff-text"),
      list("sys/policies/acl/no/such"),
      read("sys/policies/rgp"),
      read("sys/policies/acl/response-wrapping"),
      write("sys/policies/acl/response-wrapping", { policy: texts[0] }),
    ],
  },
  {
    name: "policies: access",
    steps: [
      write("sys/mounts/diff-acl", { type: "kv" }),
      ...[
        "exact",
        "deny",
        "create/old",
        "update/old",
        "a/b",
        "x/plus",
        "x/y/plus",
        "lst/in",
        "lst2/in",
        "x",
      ].map((path) => write(`diff-acl/${path}`, { is: path })),
      write("sys/policies/acl/diff-acl", { policy: rules }),
      write(
        "auth/token/create",
        { policies: ["diff-acl"] },
        { keep: { caller: "auth.client_token", callerAccessor: "auth.accessor" } },
      ),
      ...asked.map((path) => asCaller(write("sys/capabilities-self", { paths: [path] }))),
      asCaller(write("sys/capabilities-self", { paths: asked.slice(0, 5) })),
      asCaller(write("sys/capabilities-self", { path: asked.slice(0, 2).join(",") })),
      asCaller(write("sys/capabilities-self", {})),
      write("sys/capabilities", { token: "{{caller}}", paths: ["diff-acl/x"] }),
      write("sys/capabilities", { token: "{{caller}}" }),
      write("sys/capabilities", { token: "no-such", paths: ["a"] }),
      write("sys/capabilities", { paths: ["a"] }),
      write("sys/capabilities", { token: "{{root}}", paths: ["a", "b"] }),
      write("sys/capabilities-accessor", { accessor: "{{callerAccessor}}", paths: ["diff-acl/x"] }),
      write("sys/capabilities-accessor", { accessor: "no-such", paths: ["a"] }),
      write("sys/capabilities-accessor", { paths: ["a"] }),
      asCaller(read("sys/internal/ui/mounts/diff-acl")),
      asCaller(read("sys/internal/ui/mounts/diff-acl/some/thing")),
      asCaller(read("sys/internal/ui/mounts/diff-no-such")),
      read("sys/internal/ui/mounts/diff-acl", { token: "" }),
      read("sys/internal/ui/mounts/diff-no-such"),
      asCaller(read("sys/internal/ui/resultant-acl")),
      ...paths.flatMap((path) => [
        asCaller(read(path)),
        asCaller(list(path)),
        asCaller(write(path, { a: "1" })),
        asCaller(remove(path)),
      ]),
      ...parameters.flatMap((body) => [
        asCaller(write("diff-acl/params", body)),
        asCaller(write("diff-acl/wild", body)),
      ]),
      asCaller(write("diff-acl/wild", { x: "bad thing" })),
      asCaller(write("diff-acl/wild", { x: "good thing" })),
      asCaller(read("sys/mounts/diff-acl")),
      asCaller(read("sys/auth/token")),
      asCaller(write("sys/auth/diff-x", { type: "approle" })),
      asCaller(remove("sys/auth/diff-x")),
      asCaller(read("sys/policies/acl/diff-acl")),
      asCaller(write("sys/policies/acl/diff-acl", { policy: rules })),
      asCaller(write("sys/leases/revoke-prefix/diff-acl", {})),
      asCaller(list("auth/token/accessors")),
      asCaller(read("sys/no-such")),
      asCaller(read("diff-no-such/a")),
      asCaller(write("sys/seal")),
      asCaller(read("sys/health")),
      remove("sys/policies/acl/diff-acl"),
      asCaller(read("diff-acl/x")),
      write("auth/token/revoke", { token: "{{caller}}" }),
      asCaller(read("diff-acl/x")),
      remove("sys/mounts/diff-acl"),
    ],
  },
];
