import { readdir, readFile } from "node:fs/promises";

/** What a process and its descendants use now. */
export interface ResourceUse {
  readonly processes: number;
  /** Memory in RAM; pages that several of the processes share are counted in each. */
  readonly residentBytes: number;
  /** Memory in RAM, each shared page by its share; undefined where the system does not tell this user. */
  readonly proportionalBytes?: number;
  /** Since they started, those that have ended and were waited for among them. */
  readonly cpuSeconds: number;
}

/** sysconf(_SC_CLK_TCK), the unit of proc(5), which is this on every Linux that Node runs on. */
const ticksASecond = 100;

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** By the pid that was asked for; empty on systems without /proc, and without those that have ended. */
export async function resourceUse(
  pids: readonly number[],
): Promise<ReadonlyMap<number, ResourceUse>> {
  if (process.platform !== "linux") return new Map();
  const rows = await processRows();
  const found = pids.map(async (pid) => {
    const tree = withDescendants(pid, rows);
    const sizes = await Promise.all(tree.map(memoryOf));
    const proportional = sizes.map((size) => size.proportionalBytes);
    const use: ResourceUse = {
      processes: tree.length,
      residentBytes: sum(sizes.map((size) => size.residentBytes)),
      ...(proportional.includes(undefined)
        ? {}
        : { proportionalBytes: sum(proportional.map((bytes) => bytes ?? 0)) }),
      cpuSeconds: sum(tree.map(({ ticks }) => ticks)) / ticksASecond,
    };
    return [pid, use] as const;
  });
  return new Map((await Promise.all(found)).filter(([, use]) => use.processes > 0));
}

async function processRows(): Promise<readonly Row[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined); // ended meanwhile
      if (stat === undefined) return [];
      const fields = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .map(Number);
      const [parent = 0, user = 0, system = 0] = [fields[1], fields[11], fields[12]];
      const [endedUser = 0, endedSystem = 0] = [fields[13], fields[14]];
      return [{ pid: Number(pid), parent, ticks: user + system + endedUser + endedSystem }];
    }),
  );
  return rows.flat();
}

function withDescendants(pid: number, rows: readonly Row[]): readonly Row[] {
  const tree = rows.filter((row) => row.pid === pid);
  for (const each of tree) tree.push(...rows.filter((row) => row.parent === each.pid)); // grows as it goes
  return tree;
}

async function memoryOf({
  pid,
}: Row): Promise<Pick<ResourceUse, "residentBytes" | "proportionalBytes">> {
  const read = async (file: string, field: string): Promise<number | undefined> => {
    const text = await readFile(`/proc/${pid}/${file}`, "utf8").catch(() => ""); // another user's, or ended
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  };
  const proportionalBytes = await read("smaps_rollup", "Pss");
  return {
    residentBytes: (await read("status", "VmRSS")) ?? 0,
    ...(proportionalBytes === undefined ? {} : { proportionalBytes }),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
