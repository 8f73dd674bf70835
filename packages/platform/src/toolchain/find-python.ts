import { access, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { writeFileAtomically } from "../shared/files.ts";
import type { EngineRequirement } from "./engine.ts";
import type { ProviderContext } from "./provider.ts";
import { runCommand, toolEnvironment } from "./run-command.ts";

/** A Python that has pip. */
export interface Python {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

export const pythonWithPip: EngineRequirement = {
  name: "python",
  versions: ">=3.9 <4",
  required: ["python3"],
  sources: [{ provider: "prefix", packages: ["python3", "python3-pip"] }],
};

/** The machine's own Python where that has pip, else one from the distribution's packages. */
export async function findPython(context: ProviderContext): Promise<Python> {
  const env = toolEnvironment();
  try {
    await runCommand("python3", ["-m", "pip", "--version"], {
      env,
      signal: context.options.signal,
    });
    return { program: "python3", env };
  } catch {
    context.options.signal?.throwIfAborted(); // otherwise: none, or one without pip
  }
  const { programs, env: own, root } = await context.provide(pythonWithPip);
  const certificates = root === undefined ? {} : await certificateSettings(root, env);
  return { program: programs["python3"] ?? "python3", env: { ...env, ...certificates, ...own } };
}

const bundleOfMachine = "/etc/ssl/certs/ca-certificates.crt";

/** A bare machine has no certificates to trust: then the ones that come with the Python's packages count. */
async function certificateSettings(
  root: string,
  env: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const isSet = ["PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"].some((name) => env[name]);
  if (
    isSet ||
    (await access(bundleOfMachine).then(
      () => true,
      () => false,
    ))
  )
    return {};
  const folder = path.join(root, "usr/share/ca-certificates/mozilla");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".crt"));
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
  const bundle = `${root}.ca.pem`;
  await writeFileAtomically(bundle, texts.join("\n"), { mode: 0o644 });
  return { PIP_CERT: bundle };
}
