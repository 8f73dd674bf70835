/**
 * The words of Vault's configuration, by where they stand: https://developer.hashicorp.com/vault/docs/configuration.
 * "used"; "idle": taken, and nothing here depends on it; "off": taken where it switches something off that this server
 * does not have; "foreign": one of Vault's that would change something, and this server does not serve it.
 */
export type WordUse = "used" | "idle" | "off" | "foreign";
export type Words = Readonly<Record<string, WordUse>>;

export const rootWords: Words = {
  storage: "used",
  backend: "used", // storage's older name
  listener: "used",
  api_addr: "used",
  cluster_name: "used",
  default_lease_ttl: "used",
  max_lease_ttl: "used",
  log_level: "used",
  pid_file: "used",
  cluster_addr: "idle",
  cache_size: "idle",
  disable_cache: "idle",
  disable_clustering: "idle",
  disable_mlock: "idle",
  disable_performance_standby: "idle",
  disable_sealwrap: "idle",
  unsafe_allow_api_audit_creation: "idle", // OpenBao's; here as in Vault it is always allowed
  ui: "off",
  enable_response_header_hostname: "off",
  enable_response_header_raft_node_id: "off",
  introspection_endpoint: "off",
  raw_storage_endpoint: "off",
  log_requests_level: "foreign",
  audit: "foreign",
  default_max_request_duration: "foreign",
  entropy: "foreign",
  ha_storage: "foreign",
  initialize: "foreign",
  kms_library: "foreign",
  license_path: "foreign",
  log_file: "foreign",
  log_format: "foreign",
  log_rotate_bytes: "foreign",
  log_rotate_duration: "foreign",
  log_rotate_max_files: "foreign",
  plugin: "foreign",
  plugin_directory: "foreign",
  reporting: "foreign",
  seal: "foreign",
  service_registration: "foreign",
  telemetry: "foreign",
  user_lockout: "foreign",
};

/** Of `storage`: the kind is the stanza's label. */
export const storageWords: Words = {
  file: "used",
  inmem: "used",
  consul: "foreign",
  etcd: "foreign",
  mysql: "foreign",
  postgresql: "foreign",
  raft: "foreign",
  s3: "foreign",
};

export const listenerWords: Words = { tcp: "used", unix: "foreign" };

export const tcpWords: Words = {
  address: "used",
  tls_disable: "used",
  tls_cert_file: "used",
  tls_key_file: "used",
  tls_min_version: "used",
  tls_max_version: "used",
  cluster_address: "idle",
  tls_prefer_server_cipher_suites: "idle",
  http_idle_timeout: "foreign",
  http_read_header_timeout: "foreign",
  http_read_timeout: "foreign",
  http_write_timeout: "foreign",
  max_request_duration: "foreign",
  max_request_size: "foreign",
  profiling: "foreign",
  proxy_protocol_behavior: "foreign",
  telemetry: "foreign",
  tls_cipher_suites: "foreign",
  tls_client_ca_file: "foreign",
  tls_disable_client_certs: "idle", // none is ever asked for
  tls_require_and_verify_client_cert: "off",
  x_forwarded_for_authorized_addrs: "foreign",
};
