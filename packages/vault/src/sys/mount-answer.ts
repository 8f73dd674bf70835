import type { MountEntry } from "../routing/mount-entry.ts";

const builtIn = ["system", "cubbyhole", "token"];

/** A mount as sys/mounts and sys/auth show it. */
export function describeMount(mount: MountEntry): Record<string, unknown> {
  const { config } = mount;
  return {
    accessor: mount.accessor,
    config: {
      ...config,
      ...(mount.auth ? { token_type: config.token_type ?? "default-service" } : {}),
    },
    ...(builtIn.includes(mount.type) ? {} : { deprecation_status: "supported" }),
    description: mount.description,
    external_entropy_access: false,
    local: mount.local,
    options: builtIn.includes(mount.type) ? mount.options : (mount.options ?? {}),
    plugin_version: "",
    running_plugin_version: "v1.15.0+builtin.vault",
    running_sha256: "",
    seal_wrap: mount.sealWrap,
    type: mount.type,
    uuid: mount.uuid,
  };
}

export function describeTuning(
  mount: MountEntry,
  limits: { defaultLeaseTtl: number; maxLeaseTtl: number },
): Record<string, unknown> {
  return {
    ...mount.config,
    default_lease_ttl: limits.defaultLeaseTtl,
    max_lease_ttl: limits.maxLeaseTtl,
    description: mount.description,
    ...(mount.auth ? { token_type: mount.config.token_type ?? "default-service" } : {}),
    ...(mount.options === null ? {} : { options: mount.options }),
  };
}
