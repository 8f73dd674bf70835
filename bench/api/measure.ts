import { generateLoad, type LoadOptions } from "./generate-load.ts";
import { cpuSeconds } from "./process-use.ts";
import type { Samples } from "./samples.ts";

/** What a load is put on: a process, and where it listens. */
export interface Measured {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
}

/** Puts load on it once, and adds what came of it under the name, by `rate`, `cpu` (microseconds a request) and `p99` (ms). */
export async function measure(
  { pid, port }: Measured,
  load: Omit<LoadOptions, "port"> & { readonly port?: number },
  samples: Samples,
  name: string,
): Promise<void> {
  const before = await cpuSeconds(pid);
  const { answers, generatorShare, p99Ms, rate } = await generateLoad({ port, ...load });
  const taken = (await cpuSeconds(pid)) - before;
  samples.add(`${name} rate`, rate);
  samples.add(`${name} cpu`, (taken * 1e6) / answers);
  samples.add(`${name} p99`, p99Ms);
  samples.add("generator", generatorShare * 100);
}
