import { z } from "zod";
import { nearest } from "../shared/nearest.ts";
import { configErrors } from "./errors.ts";
import { profileNames } from "./profile-names.ts";

const port = z.int().min(1).max(65535);

/** Where an engine may come from, apart from a path or an archive that the user names. */
const sourceNames = ["prefix", "homebrew", "wheel", "npm", "path"] as const;

const archive = z.strictObject({
  /** A tar archive, compressed in any way that the machine's tar knows. */
  url: z.url({ protocol: /^https?$/ }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits are asked for"),
});

const engine = z
  .strictObject({
    /** The folder of its programs, or several. */
    path: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
    /** Only this of its sources. */
    source: z.enum(sourceNames).optional(),
    /** The vendor's own archive, which has to have this hash. */
    archive: archive.optional(),
    /** Other package names for the private prefix. */
    packages: z.array(z.string().min(1)).min(1).optional(),
  })
  .refine(
    ({ path: folder, source, archive: own }) =>
      [folder, source, own].filter((each) => each !== undefined).length <= 1,
    "only one of path, source and archive can count",
  );

const app = z.strictObject({
  /** A line for the shell, or program and arguments. */
  command: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  /** Relative to the configuration's folder; that folder unless said. */
  cwd: z.string().min(1).optional(),
  /** Services: it is started once these are ready, with their settings in its environment. */
  needs: z.array(z.string()).optional(),
  /** It is ready when 127.0.0.1 accepts on this port, which it finds in `PORT`; without one, once it runs. */
  port: port.optional(),
});

const external = z.strictObject({
  /** "https://vault.example.org:8200", of a Vault or OpenBao that somebody else runs. */
  url: z.url({ protocol: /^https?$/ }),
  /** Holds a token that may fill it, mode 600; relative to the configuration. Else DEVSTACK_VAULT_TOKEN at `up`. */
  tokenFile: z.string().min(1).optional(),
  /** What its certificate is verified against, PEM; relative to the configuration. Else the system's authorities. */
  caFile: z.string().min(1).optional(),
});

const vault = z.strictObject({
  /** In place of the stack's own vault. */
  external: external.optional(),
});

const schema = z.strictObject({
  /** Which services `up` starts; "standard" unless said. */
  profile: z.enum(profileNames).optional(),
  /** Started by `up` after what they need, by name. */
  apps: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "a-z, 0-9 and dashes are asked for"), app)
    .optional(),
  /** Ports by service or instance, then by the port's name: `{ postgres: { sql: 15432 } }`. */
  ports: z.record(z.string(), z.record(z.string(), port)).optional(),
  /** Where an engine comes from. */
  engines: z.record(z.string(), engine).optional(),
  /** The stack has a vault of its own unless another is named. */
  vault: vault.optional(),
});

export type StackConfig = z.infer<typeof schema>;

/** What a user sets for one application. */
export type AppSettings = z.infer<typeof app>;

/** What a user sets for a vault that is not the stack's own. */
export type ExternalVaultSettings = z.infer<typeof external>;

/** What a user sets for one engine. */
export type EngineSettings = z.infer<typeof engine>;

/** Checks what a configuration's file exports. All faults are listed at once. */
export function parseStackConfig(value: unknown, source: string): StackConfig {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const faults = result.error.issues.map(describe);
  throw configErrors.DS_CONFIG_INVALID(
    `${source} has ${faults.length} fault(s):\n  ${faults.join("\n  ")}`,
    {
      hint: `mend them; the file's default export is defineStack({ … })`,
      details: { faults },
    },
  );
}

function describe(issue: z.core.$ZodIssue): string {
  const where = issue.path.join(".") || "the configuration";
  if (issue.code === "invalid_value") {
    const meant = nearest(String(issue.input), issue.values.map(String));
    return `${where}: ${issue.message}${meant ? `, did you mean "${meant}"?` : ""}`;
  }
  if (issue.code !== "unrecognized_keys") return `${where}: ${issue.message}`;
  const [room] = issue.path;
  const nested =
    room === "vault"
      ? [vault, external]
      : [schema, ...(room === "apps" ? [app] : [engine, archive])];
  const { shape } = [schema, ...nested][issue.path.length] ?? schema;
  const known = Object.keys(shape);
  return issue.keys
    .map((key) => {
      const meant = nearest(key, known);
      return `${where}: unknown key ${JSON.stringify(key)}${meant ? `, did you mean "${meant}"?` : ""}`;
    })
    .join("; ");
}
