/** What a client can enable under sys/mounts; the other engines are there once, from the start. */
export const secretsEngineTypes: readonly string[] = ["kv", "pki"];
/** The same for sys/auth. */
export const authMethodTypes: readonly string[] = ["approle"];
