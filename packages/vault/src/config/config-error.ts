/** The configuration can't be used; every fault that was found, one a line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
