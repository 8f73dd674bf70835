import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../shared/errors.ts";
import { eventually } from "../shared/eventually.ts";
import { ensureFolder, readFileIfPresent, writeFileAtomically } from "../shared/files.ts";
import { type AptFolders, architectureOf, renderAptConfiguration } from "./apt-configuration.ts";
import { isLeftOut, leftOutByName, renderStatus } from "./apt-status.ts";
import { packagesToFetch } from "./package-folder.ts";
import { type PackageFile, parsePackageList } from "./package-list.ts";
import { runCommand, toolEnvironment } from "./run-command.ts";

export interface AptOptions {
  readonly folders: AptFolders;
  /** In deb822 style. */
  readonly sources: string;
  readonly offline: boolean;
  /** Older package lists are fetched anew. */
  readonly listsAgeMs: number;
  readonly onProgress: (step: "lists" | "download", detail: string, fraction?: number) => void;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** apt-get with lists, cache and status of our own. Whoever uses it holds the lock of its folder. */
export class Apt {
  readonly #options: AptOptions;
  readonly #env: Readonly<Record<string, string>>;
  readonly #machine: { readonly status: string; readonly architecture: string };
  #refreshed = false;
  #listsFault: string | undefined;

  private constructor(
    options: AptOptions,
    machine: { readonly status: string; readonly architecture: string },
  ) {
    this.#options = options;
    this.#machine = machine;
    this.#env = { ...toolEnvironment(), APT_CONFIG: path.join(options.folders.apt, "apt.conf") };
  }

  static async open(options: AptOptions): Promise<Apt> {
    const { apt, packages } = options.folders;
    const status = await readFile("/var/lib/dpkg/status", "utf8");
    const env = toolEnvironment();
    const { stdout } = await runCommand("apt-config", ["dump"], { env, signal: options.signal });
    const parts = [
      "",
      "no-parts",
      "sources",
      "cache/archives/partial",
      "log",
      "state/lists/partial",
    ];
    for (const folder of [
      ...parts.map((part) => path.join(apt, part)),
      path.join(packages, "partial"),
    ]) {
      await ensureFolder(folder, { mode: 0o755 });
    }
    // Only its owner reads it: a proxy's address may hold a password.
    await writeFileAtomically(
      path.join(apt, "apt.conf"),
      renderAptConfiguration(stdout, options.folders),
    );
    await writeFileAtomically(path.join(apt, "sources/devstack.sources"), options.sources, {
      mode: 0o644,
    });
    return new Apt(options, { status, architecture: architectureOf(stdout) });
  }

  /** Every package that these need and the machine's C library does not bring, with its hash from the signed lists. */
  async resolve(names: readonly string[]): Promise<readonly PackageFile[]> {
    if ((await this.#areListsOld()) && !(await this.refresh())) {
      this.#listsFault ??= "old or none, and this run is offline";
    }
    const { status, architecture } = this.#machine;
    const file = path.join(this.#options.folders.apt, "status");
    const standIns = new Set(leftOutByName.filter((name) => !names.includes(name)));
    for (;;) {
      await writeFileAtomically(file, renderStatus(status, architecture, standIns), {
        mode: 0o644,
      });
      const answer = await this.#install(names);
      if (answer.length === 0) throw new Error(`apt has no package for ${names.join(", ")}`);
      const unwanted = answer.filter(({ name }) => isLeftOut(name) && !names.includes(name));
      if (unwanted.length === 0) return answer;
      for (const { name } of unwanted) standIns.add(name); // and ask again, for less
    }
  }

  async #install(names: readonly string[]): Promise<readonly PackageFile[]> {
    const args = ["-qq", "-y", "--print-uris", "install", ...names];
    try {
      return parsePackageList((await this.#run(args)).stdout);
    } catch (error) {
      const lists = this.#listsFault === undefined ? "" : `; package lists: ${this.#listsFault}`;
      throw new Error(`${messageOf(error)}${lists}`, { cause: error });
    }
  }

  /**
   * Gets the package lists anew, once in a session. A failure is kept for the message of what then can't be resolved:
   * without a network the lists that are there still serve.
   * @returns whether they were asked for
   */
  async refresh(): Promise<boolean> {
    const { folders, offline, onProgress, log, signal } = this.#options;
    if (offline || this.#refreshed) return false;
    this.#refreshed = true;
    onProgress("lists", "package lists of the distribution");
    try {
      const { stdout, stderr } = await this.#run(["-q", "update"], (fraction) =>
        onProgress("lists", "package lists of the distribution", fraction),
      );
      const faults = [...`${stdout}\n${stderr}`.matchAll(/^(?:Err:\d+|W:) (.*)$/gm)];
      if (faults.length > 0)
        throw new Error(
          faults
            .map((found) => found[1])
            .join("; ")
            .slice(0, 400),
        );
      const stamp = { sources: digest(this.#options.sources), atMs: Date.now() };
      await writeFileAtomically(path.join(folders.apt, "lists.json"), JSON.stringify(stamp));
    } catch (error) {
      signal?.throwIfAborted();
      this.#listsFault = messageOf(error);
      log(`package lists: ${this.#listsFault}`);
    }
    return true;
  }

  async #areListsOld(): Promise<boolean> {
    const text = await readFileIfPresent(path.join(this.#options.folders.apt, "lists.json"));
    try {
      const stamp = JSON.parse(text ?? "{}") as { sources?: string; atMs?: number };
      const ageMs = Date.now() - (stamp.atMs ?? 0);
      return (
        stamp.sources !== digest(this.#options.sources) ||
        ageMs > this.#options.listsAgeMs ||
        ageMs < 0
      );
    } catch {
      return true; // not JSON: whatever wrote it, it says nothing of the lists
    }
  }

  /** Fetches those that aren't in the folder of packages yet, and checks each. */
  async download(packages: readonly PackageFile[]): Promise<void> {
    const { folders, offline, onProgress } = this.#options;
    const wanting = await packagesToFetch(folders.packages, packages);
    if (wanting.length === 0) return;
    const size = (wanting.reduce((sum, each) => sum + each.sizeBytes, 0) / 1e6).toFixed(1);
    const detail = `${wanting.length} packages, ${size} MB`;
    if (offline) throw new Error(`${detail} are not in the cache, and this run is offline`);
    for (const { file } of wanting) await rm(path.join(folders.packages, file), { force: true });
    onProgress("download", detail, 0);
    await this.#run(
      ["-q", "download", ...wanting.map(({ name, version }) => `${name}=${version}`)],
      (fraction) => onProgress("download", detail, fraction),
    );
    const wrong = await packagesToFetch(folders.packages, wanting);
    if (wrong.length > 0) {
      throw new Error(
        `not as the signed lists have it: ${wrong.map(({ file }) => file).join(", ")}`,
      );
    }
  }

  /** An apt-get whose starter was killed may hold apt's own locks for a moment longer. */
  async #run(args: readonly string[], onFraction?: (fraction: number) => void) {
    const { folders, signal } = this.#options;
    const onStatus = (line: string) => {
      const percent = /^dlstatus:\d+:([\d.]+):/.exec(line)?.[1];
      if (percent !== undefined) onFraction?.(Number(percent) / 100);
    };
    const options = { env: this.#env, cwd: folders.packages, signal, onStatus };
    const settled = await eventually(
      async () => {
        try {
          return {
            output: await runCommand("apt-get", ["-o", "APT::Status-Fd=3", ...args], options),
          };
        } catch (error) {
          if (/could not get lock/i.test(messageOf(error))) throw error;
          return { error };
        }
      },
      { deadlineMs: 60_000, intervalMs: 200, signal },
    );
    if (settled.output === undefined) throw settled.error;
    return settled.output;
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
