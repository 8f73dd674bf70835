import type { EngineInstallation } from "../toolchain/engine.ts";
import type { ProcessSpec, StopSpec } from "../supervisor/process-spec.ts";
import type { Run } from "./definition.ts";

/** The whole environment of an engine's process: nothing of the caller's but what is named here, and no secret. */
export function engineEnvironment(
  engine: EngineInstallation,
  home: string,
): Readonly<Record<string, string>> {
  return { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", HOME: home, ...engine.env };
}

/** Absolute path of a required program. */
export function programOf(engine: EngineInstallation, name: string): string {
  const program = engine.programs[name];
  if (program === undefined) throw new Error(`${engine.engine} has no program "${name}"`);
  return program;
}

/** The process of an engine's program, run in the instance's own folder. */
export function engineProcess(
  run: Run,
  options: {
    readonly program: string;
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly stop: StopSpec;
  },
): ProcessSpec {
  return {
    program: programOf(run.engine, options.program),
    args: options.args,
    env: { ...engineEnvironment(run.engine, run.folders.files), ...options.env },
    cwd: run.folders.files,
    stop: options.stop,
  };
}
