import { read, remove, type Section, type Step, write } from "../step.ts";

/** What a parameter may come as. */
const values: readonly unknown[] = [
  7,
  -1,
  1.5,
  true,
  "",
  "x",
  [],
  ["a"],
  [1, null],
  {},
  { a: 1 },
  null,
];

/**
 * A path with its parameters, and what is sent beside them. Not token_type of roles: OpenBao breaks off the connection
 * where that is no text.
 */
const taken: readonly (readonly [path: string, names: readonly string[], body?: object])[] = [
  [
    "auth/token/create",
    [
      "policies",
      "ttl",
      "num_uses",
      "display_name",
      "meta",
      "renewable",
      "no_parent",
      "no_default_policy",
      "type",
      "explicit_max_ttl",
      "period",
    ],
    { policies: ["default"] },
  ],
  ["auth/token/lookup", ["token"]],
  ["auth/token/renew", ["token", "increment"]],
  ["auth/token/revoke", ["token"]],
  ["auth/token/lookup-accessor", ["accessor"]],
  [
    "auth/token/roles/diff-types",
    ["allowed_policies", "orphan", "renewable", "path_suffix", "token_num_uses"],
  ],
  [
    "auth/diff-types/role/job",
    [
      "bind_secret_id",
      "secret_id_bound_cidrs",
      "secret_id_num_uses",
      "secret_id_ttl",
      "token_bound_cidrs",
      "token_explicit_max_ttl",
      "token_max_ttl",
      "token_no_default_policy",
      "token_num_uses",
      "token_period",
      "token_policies",
      "token_ttl",
    ],
  ],
  ["auth/diff-types/role/job/secret-id", ["metadata", "cidr_list", "num_uses", "ttl"]],
  ["auth/diff-types/role/job/secret-id/lookup", ["secret_id"]],
  ["auth/diff-types/login", ["role_id", "secret_id"], { role_id: "no-such" }],
  ["diff-types/data/a", ["data"]],
  ["diff-types/data/a", ["options"], { data: { x: "y" } }],
  ["diff-types/delete/a", ["versions"]],
  ["diff-types/undelete/a", ["versions"]],
  ["diff-types/destroy/none", ["versions"]],
  [
    "diff-types/metadata/a",
    ["max_versions", "cas_required", "delete_version_after", "custom_metadata"],
  ],
  ["diff-types/config", ["max_versions", "cas_required", "delete_version_after"]],
  ["sys/mounts/diff-types-none", ["type", "description", "config", "options", "local"]],
  ["sys/mounts/diff-types/tune", ["description", "max_lease_ttl", "options", "listing_visibility"]],
  ["sys/policies/acl/diff-types", ["policy"]],
  ["sys/capabilities-self", ["path", "paths"]],
  ["sys/capabilities", ["token", "paths"]],
  ["sys/leases/lookup", ["lease_id"]],
  ["sys/leases/revoke", ["lease_id"]],
  ["sys/wrapping/lookup", ["token"]],
  ["sys/unseal", ["key", "reset"]],
  ["sys/audit-hash/none", ["input"]],
  [
    "diff-types-pki/roles/r",
    [
      "allowed_domains",
      "allow_subdomains",
      "allow_any_name",
      "allowed_uri_sans",
      "ext_key_usage",
      "key_bits",
      "key_type",
      "key_usage",
      "max_ttl",
      "no_store",
      "not_before_duration",
      "ou",
      "require_cn",
      "server_flag",
      "ttl",
    ],
    { allow_any_name: true },
  ],
  [
    "diff-types-pki/issue/web",
    ["common_name", "alt_names", "exclude_cn_from_sans", "format", "ip_sans", "ttl", "uri_sans"],
    { common_name: "a.example.com" },
  ],
  ["diff-types-pki/revoke", ["serial_number"]],
  ["diff-types-pki/config/urls", ["issuing_certificates", "crl_distribution_points"]],
  ["diff-types-pki/config/crl", ["disable", "expiry"]],
];

const cas: readonly Step[] = values.map((value) =>
  write("diff-types/data/b", { data: { x: "y" }, options: { cas: value } }),
);

export const types: readonly Section[] = [
  {
    name: "parameters of every type",
    steps: [
      write("sys/mounts/diff-types", { type: "kv-v2" }),
      write("sys/auth/diff-types", { type: "approle" }),
      write("sys/mounts/diff-types-pki", { type: "pki" }),
      write("diff-types-pki/root/generate/internal", { common_name: "Root", key_type: "ec" }),
      write("diff-types-pki/roles/web", { allow_any_name: true, key_type: "ec", ttl: "1h" }),
      write("auth/diff-types/role/job", { token_policies: "default" }),
      ...taken.flatMap(([path, names, body]) =>
        names.flatMap((name) =>
          values.flatMap((value) => [
            // Without a token it is the caller's own that is looked up.
            write(
              path,
              { ...body, [name]: value },
              path.endsWith("/lookup") ? { ignore: ["data"] } : {},
            ),
            ...(path === "sys/mounts/diff-types-none" ? [remove(path)] : []),
          ]),
        ),
      ),
      ...cas,
      read("auth/diff-types/role/job", { ignore: ["data.secret_id_bound_cidrs"] }),
      read("diff-types/metadata/a", { ignore: ["data.custom_metadata"] }),
      read("diff-types/config"),
      remove("sys/mounts/diff-types"),
      remove("sys/mounts/diff-types-pki"),
      remove("sys/auth/diff-types"),
      remove("auth/token/roles/diff-types"),
      remove("sys/policies/acl/diff-types"),
    ],
  },
];
