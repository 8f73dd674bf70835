import { realpath } from "node:fs/promises";
import semver from "semver";
import { messageOf } from "../shared/errors.ts";
import type { Flavour } from "./engine.ts";
import { findPrograms } from "./find-programs.ts";
import type { Finding } from "./provider.ts";
import { runCommand } from "./run-command.ts";

export interface IdentifiedEngine {
  readonly product: string;
  readonly version: string;
  readonly programs: Readonly<Record<string, string>>;
}

/** The first of the flavours that the found programs turn out to be. @throws with what speaks against each. */
export async function identifyEngine(
  finding: Finding,
  flavours: readonly Flavour[],
  signal?: AbortSignal,
): Promise<IdentifiedEngine> {
  const reasons: string[] = [];
  for (const flavour of flavours) {
    try {
      return await identifyAs(flavour, finding, signal);
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(messageOf(error));
    }
  }
  throw new Error([...new Set(reasons)].join("; "));
}

async function identifyAs(
  flavour: Flavour,
  finding: Finding,
  signal: AbortSignal | undefined,
): Promise<IdentifiedEngine> {
  const wanted = [...flavour.required, ...(flavour.optional ?? [])];
  const programs = await findPrograms(wanted, finding.folders);
  const missing = flavour.required.filter((name) => programs[name] === undefined);
  if (missing.length > 0) throw new Error(`no ${missing.join(", ")}`);
  const identity = flavour.identity ?? {};
  const teller = identity.program ?? flavour.required[0] ?? flavour.name;
  const answers = new Map<string, string>();
  for (const name of new Set([teller, ...flavour.required])) {
    const args = flavour.probes?.[name] ?? ["--version"];
    const program = programs[name];
    if (args !== false && program !== undefined) {
      answers.set(name, await ask(program, args, finding, signal));
    }
  }
  const answer = answers.get(teller) ?? "";
  const line = answer.trim().split("\n")[0] ?? "";
  const isOther =
    (identity.says !== undefined && !new RegExp(identity.says).test(answer)) ||
    (identity.saysNot !== undefined && new RegExp(identity.saysNot).test(answer));
  if (isOther) throw new Error(`${programs[teller]} is not ${flavour.name}: it says "${line}"`);
  const version =
    identity.path === undefined
      ? /\d+(?:\.\d+)+/.exec(answer)?.[0]
      : new RegExp(identity.path).exec(await realpath(programs[teller] ?? ""))?.[1];
  const comparable = semver.coerce(version ?? "");
  if (version === undefined || !comparable) {
    throw new Error(`${programs[teller]} tells no version${line === "" ? "" : `: "${line}"`}`);
  }
  if (!semver.satisfies(comparable, flavour.versions)) {
    throw new Error(`${programs[teller]} is ${flavour.name} ${version}, not ${flavour.versions}`);
  }
  return { product: flavour.name, version, programs };
}

/** What the program prints, without its own path, in which there may be another number. */
async function ask(
  program: string,
  args: readonly string[],
  finding: Finding,
  signal: AbortSignal | undefined,
): Promise<string> {
  const env = { PATH: "/usr/bin:/bin", HOME: "/nonexistent", LC_ALL: "C.UTF-8", ...finding.env };
  const { stdout, stderr } = await runCommand(program, args, { env, signal });
  return `${stdout}\n${stderr}`.replaceAll(program, "");
}
