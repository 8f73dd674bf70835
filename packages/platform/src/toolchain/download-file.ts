import { open, rename, rm, stat } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { errnoOf } from "../shared/errors.ts";
import { sha256OfFile } from "./package-folder.ts";

export interface Download {
  readonly url: string;
  /** In hex. */
  readonly sha256: string;
  /** Where it is to lie. */
  readonly file: string;
}

interface DownloadOptions {
  readonly onProgress?: (bytes: number, total: number | undefined) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How often a download that breaks off is gone on with in one run, as long as something new came each time. */
const continuations = 5;
const redirections = 5;
const silenceMs = 60_000;

/**
 * Downloads a file, which has its name only when it has its hash. What broke off is gone on with, also in a later run:
 * it lies in `<file>.partial` until then.
 */
export async function downloadFile(
  { url, sha256, file }: Download,
  options: DownloadOptions,
): Promise<void> {
  const partial = `${file}.partial`;
  for (let left = continuations; ; left -= 1) {
    const before = await sizeOf(partial);
    try {
      await fetchRest(url, partial, before, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const brokeOff = ["ECONNRESET", "ETIMEDOUT", "EPIPE"].includes(errnoOf(error) ?? "");
      if (brokeOff && left > 0 && (await sizeOf(partial)) > before) continue;
      throw error;
    }
    const found = await sha256OfFile(partial);
    if (found === sha256) return rename(partial, file);
    await rm(partial, { force: true });
    // What was there may have been the beginning of another file: then it is worth a download from the start.
    if (before === 0) throw new Error(`it has the SHA-256 ${found}, not ${sha256}`);
  }
}

/** Appends what the server has from `offset` on; a server that knows no ranges sends it all again. */
async function fetchRest(
  url: string,
  partial: string,
  offset: number,
  { onProgress, signal }: DownloadOptions,
): Promise<void> {
  const response = await get(url, offset > 0 ? { range: `bytes=${offset}-` } : {}, signal);
  const { statusCode = 0, headers } = response;
  if (statusCode === 416) return void response.resume(); // nothing is left to send: the hash decides
  const isRest = statusCode === 206 && headers["content-range"]?.startsWith(`bytes ${offset}-`);
  if (statusCode !== 200 && !isRest) {
    response.resume();
    throw new Error(`the server answers ${statusCode} ${response.statusMessage ?? ""}`.trimEnd());
  }
  let bytes = isRest ? offset : 0;
  const length = Number(headers["content-length"]);
  const total = Number.isFinite(length) ? bytes + length : undefined;
  await using handle = await open(partial, isRest ? "a" : "w");
  // A piece at a time, so that what came before a break lies in the file.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    await handle.writeFile(chunk);
    onProgress?.((bytes += chunk.length), total);
  }
}

async function get(
  url: string,
  headers: http.OutgoingHttpHeaders,
  signal: AbortSignal | undefined,
  left = redirections,
): Promise<http.IncomingMessage> {
  const { request, Agent } = url.startsWith("https:") ? https : http;
  // Proxies and their exceptions as the environment has them; a newer Node's, an older one ignores it.
  const agent = new Agent({ proxyEnv: process.env });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const asked = request(url, { agent, headers, ...(signal ? { signal } : {}) }, resolve);
    asked.once("error", reject);
    asked.setTimeout(silenceMs, () => {
      const error = new Error(`the server says nothing for ${silenceMs / 1000} s`);
      asked.destroy(Object.assign(error, { code: "ETIMEDOUT" }));
    });
    asked.end();
  });
  const { location } = response.headers;
  if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0) || location === undefined)
    return response;
  response.resume();
  if (left === 0) throw new Error(`more than ${redirections} redirections`);
  return get(new URL(location, url).href, headers, signal, left - 1);
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    (error: unknown) => {
      if (errnoOf(error) === "ENOENT") return 0;
      throw error;
    },
  );
}
