import { list, read, remove, type Section, type Step, write } from "../step.ts";

const surprise = { surprise: 1, another: "x" };
const approle = "auth/diff-params-role";
const times = { ttl: "30m", explicit_max_ttl: "", period: "" };
const token = {
  policies: ["default"],
  meta: {},
  no_parent: false,
  no_default_policy: false,
  renewable: true,
  lease: "",
  type: "service",
  display_name: "x",
  num_uses: 0,
  ...times,
};
const secretId = { metadata: "{}", cidr_list: "", token_bound_cidrs: "", num_uses: 0, ttl: 600 };
const authority = {
  common_name: "params root",
  alt_names: "",
  ip_sans: "",
  uri_sans: "",
  ttl: "24h",
  format: "pem",
  private_key_format: "der",
  key_type: "ec",
  key_bits: 256,
  max_path_length: -1,
  exclude_cn_from_sans: false,
  ou: "",
  organization: "",
  country: "",
  locality: "",
  province: "",
  street_address: "",
  postal_code: "",
};
const leaf = {
  common_name: "a.example.com",
  alt_names: "",
  ip_sans: "",
  uri_sans: "",
  ttl: "1h",
  format: "pem",
  private_key_format: "der",
  exclude_cn_from_sans: false,
  remove_roots_from_chain: false,
};

/** With everything that the path takes, then with what it does not. */
function both(path: string, body: object, more: Parameters<typeof write>[2] = {}): Step[] {
  return [write(path, body, more), write(path, { ...body, ...surprise }, more)];
}

export const parameters: readonly Section[] = [
  {
    name: "parameters that a path does not take",
    steps: [
      write("auth/token/roles/diff-params", { renewable: true }),
      ...["create", "create-orphan", "create/diff-params"].flatMap((path) =>
        both(`auth/token/${path}`, token),
      ),
      write("auth/token/create", { ...token, role_name: "diff-params" }),
      write("auth/token/create/diff-params", { ...token, role_name: "other" }),
      write("auth/token/create", token, {
        keep: { made: "auth.client_token", accessor: "auth.accessor" },
      }),
      ...both("auth/token/lookup", { token: "{{made}}" }),
      ...both("auth/token/lookup-accessor", { accessor: "{{accessor}}" }),
      ...both("auth/token/renew", { token: "{{made}}", increment: "10m" }),
      ...both("auth/token/renew-accessor", { accessor: "{{accessor}}", increment: "10m" }),
      ...both("auth/token/renew-self", { increment: "10m" }, { token: "{{made}}" }),
      ...both("sys/capabilities", { token: "{{made}}", paths: ["a"] }),
      ...both("sys/capabilities-self", { paths: ["a"] }),
      ...both("sys/capabilities-accessor", { accessor: "{{accessor}}", paths: ["a"] }),
      write("auth/token/revoke", { token: "{{made}}", ...surprise }),

      write("sys/auth/diff-params-role", { type: "approle", ...surprise }),
      write(`${approle}/role/job`, { token_ttl: "10m", ...surprise }),
      read(`${approle}/role/job/role-id`, { keep: { role: "data.role_id" } }),
      ...both(`${approle}/role/job/secret-id`, secretId),
      write(`${approle}/role/job/secret-id`, secretId, {
        keep: { secret: "data.secret_id", accessor: "data.secret_id_accessor" },
      }),
      write(`${approle}/role/job/custom-secret-id`, {
        ...secretId,
        secret_id: "diff-params-1",
        ...surprise,
      }),
      write(`${approle}/role/job/secret-id`, { ...secretId, role_name: "other" }),
      ...both(`${approle}/role/job/secret-id/lookup`, { secret_id: "{{secret}}" }),
      ...both(`${approle}/role/job/secret-id-accessor/lookup`, {
        secret_id_accessor: "{{accessor}}",
      }),
      ...both(`${approle}/login`, { role_id: "{{role}}", secret_id: "{{secret}}" }, { token: "" }),
      ...both(`${approle}/tidy/secret-id`, {}),

      write("sys/mounts/diff-params", { type: "kv", options: { version: "2" }, ...surprise }),
      ...both("diff-params/data/a", { data: { x: "y" }, options: {}, version: 0 }),
      write("diff-params/data/a", { data: {}, path: "b" }),
      ...both("diff-params/metadata/a", { max_versions: 2, custom_metadata: {} }),
      read("diff-params/data/a?version=1&surprise=1"),
      read("diff-params/metadata/a?surprise=1"),
      read("diff-params/config?surprise=1"),
      list("diff-params/metadata?surprise=1"),
      read("sys/mounts/diff-params/tune?surprise=1", { ignore: ["data.running_plugin_version"] }),
      read("sys/policies/acl/default?surprise=1", { ignore: ["data"] }),
      read("auth/token/lookup-self?surprise=1&another=2", { ignore: ["data"] }),
      read(`${approle}/role/job?surprise=1`, { ignore: ["data"] }),
      read(`${approle}/role/job?role_name=other`, { ignore: ["data"] }),
      read("cubbyhole/diff-params?surprise=1"),
      write("cubbyhole/diff-params", surprise),
      read("cubbyhole/diff-params?surprise=1"),
      remove("cubbyhole/diff-params"),
      write("sys/wrapping/wrap", surprise, {
        headers: { "X-Vault-Wrap-TTL": "60" },
        keep: { held: "wrap_info.token" },
      }),
      ...both("sys/wrapping/lookup", { token: "{{held}}" }),
      write("sys/wrapping/unwrap", { token: "{{held}}", ...surprise }),

      write("sys/mounts/diff-params-pki", { type: "pki" }),
      ...both("diff-params-pki/root/generate/internal", authority),
      ...both("diff-params-pki/intermediate/generate/internal", { ...authority, ttl: "" }),
      write(
        "diff-params-pki/roles/web",
        { allow_any_name: true, key_type: "ec", ...surprise },
        {
          ignore: ["data"],
        },
      ),
      ...both("diff-params-pki/issue/web", leaf),
      write("diff-params-pki/issue/web", { ...leaf, role: "other" }),
      ...both(
        "diff-params-pki/config/urls",
        { issuing_certificates: "http://a.test" },
        {
          ignore: ["data"],
        },
      ),
      ...both("diff-params-pki/tidy", { tidy_cert_store: true, safety_buffer: "72h" }),
      read("diff-params-pki/cert/ca?surprise=1"),
      read("diff-params-pki/roles/web?surprise=1", { ignore: ["data"] }),
      list("diff-params-pki/roles?surprise=1"),

      remove("sys/mounts/diff-params"),
      remove("sys/mounts/diff-params-pki"),
      remove("sys/auth/diff-params-role"),
      remove("auth/token/roles/diff-params"),
    ],
  },
];
