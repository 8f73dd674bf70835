import autocannon from "autocannon";

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  /** How many connections; each has one request under way, and sends the next when the answer is there. */
  readonly connections: number;
  /** Whole. */
  readonly seconds: number;
  /** Over TLS, verified against this. */
  readonly ca?: string | undefined;
}

export interface LoadResult {
  /** Answers a second. */
  readonly rate: number;
  readonly answers: number;
  readonly p99Ms: number;
  /** Of one core, what this process took for it: near 1 it would have measured itself. */
  readonly generatorShare: number;
}

/** Closed-loop load on one path. Rejects on any answer but 200 and any broken connection: a rate of errors is no rate. */
export async function generateLoad(options: LoadOptions): Promise<LoadResult> {
  const { ca, connections, path, port, seconds } = options;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const result = await autocannon({
    url: ca === undefined ? `http://127.0.0.1:${port}${path}` : `https://localhost:${port}${path}`,
    connections,
    duration: seconds,
    // From a page of another origin, so that CORS has something to do.
    headers: { accept: "application/json", origin: "http://localhost:3000" },
    ...(ca === undefined ? {} : { tlsOptions: { ca } }),
  });
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const answers = result["2xx"];
  const failures = result.errors + result.non2xx;
  if (failures > 0 || answers === 0)
    throw new Error(`${path} on port ${port}: ${failures} failures, ${answers} answers`);
  return {
    rate: answers / result.duration,
    answers,
    p99Ms: result.latency.p99,
    generatorShare: (user + system) / 1000 / elapsedMs,
  };
}
