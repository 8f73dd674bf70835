import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Plugin } from "rolldown";
import { programSource } from "../shared/program-file.ts";
import { runningCommands } from "../shared/running-commands.ts";

/** Names the folder that is to be run now, and by its time says of which sources it was made: those older than it. */
const stampName = "current";

/** Whoever was about to run an earlier bundle does so by now. */
const sparedMs = 10 * 60_000;

/**
 * Puts each program of DevStack and all that it imports into a few files below `folder`, because Node takes longer to
 * find five hundred than to run them. The launcher calls this whenever a source is newer than the last bundle, and
 * runs the sources themselves where the stamp names none.
 */
export async function bundlePrograms(folder: string): Promise<void> {
  process.umask(0o022); // like the sources, for whoever may run them
  const begunAt = new Date();
  const name = randomUUID();
  await mkdir(folder, { recursive: true });
  const isMade = await build(path.join(folder, name));
  const stamp = path.join(folder, `${name}.stamp`);
  await writeFile(stamp, isMade ? `${name}\n` : "none\n");
  await utimes(stamp, begunAt, begunAt); // what was changed meanwhile is newer
  await rename(stamp, path.join(folder, stampName));
  await clearAway(folder, name);
}

/** False where the bundler does not run here, or a source is at fault: then that says itself what is wrong with it. */
async function build(folder: string): Promise<boolean> {
  try {
    const { rolldown } = await import("rolldown");
    const bundle = await rolldown({
      input: {
        devstack: programSource("devstack"),
        daemon: programSource("daemon"),
        vault: programSource("vault"),
      },
      platform: "node",
      external: ["lmdb", "@seriousme/openapi-schema-validator"], // they look for files beside themselves
      plugins: [keepPlaces(folder), requireBuiltins],
      logLevel: "silent",
    });
    await bundle.write({ dir: folder, format: "esm" });
    await writeFile(path.join(folder, "package.json"), '{ "type": "module" }\n');
    return true;
  } catch {
    return false;
  }
}

/**
 * Where a source asks for its own place it means that of the source, which is told from where the bundle lies, so that a
 * checkout can be copied with it; only `import.meta.filename` is what runs.
 */
function keepPlaces(folder: string): Plugin {
  return {
    name: "keep-places",
    transform: (code, file) => {
      if (!code.includes("import.meta.") || file.includes(`${path.sep}node_modules${path.sep}`))
        return undefined;
      const place = `process.getBuiltinModule("node:path").join(import.meta.dirname, ${JSON.stringify(path.relative(folder, file))})`;
      return code
        .replaceAll(
          "import.meta.dirname",
          `process.getBuiltinModule("node:path").dirname(${place})`,
        )
        .replaceAll(
          "import.meta.url",
          `process.getBuiltinModule("node:url").pathToFileURL(${place}).href`,
        );
    },
  };
}

/**
 * An `import` of one of Node's own modules reads every property of it, and so loads what they stand for: of `node:http`
 * a whole second HTTP client, for 40 ms. Asked for this way it is the same module without that.
 */
const requireBuiltins: Plugin = {
  name: "require-builtins",
  renderChunk: (code) =>
    code.replaceAll(
      /^import (?:\* as )?([\w$]+)?(?:, )?(\{.*\})? ?from "(node:[^"]+)";$/gm,
      (_, whole: string | undefined, parts: string | undefined, name: string) =>
        [whole, parts?.replaceAll(" as ", ": ")]
          .flatMap((to) => (to ? `const ${to} = process.getBuiltinModule("${name}");` : []))
          .join(" "),
    ),
};

/** Earlier bundles, but for those that a process still runs: it may have parts of it yet to load. */
async function clearAway(folder: string, own: string): Promise<void> {
  const commands = await runningCommands();
  for (const name of await readdir(folder)) {
    const each = path.join(folder, name);
    if (name === own || name === stampName || commands.some((text) => text.includes(each)))
      continue;
    const found = await stat(each).catch(() => undefined); // another launcher clears too
    if (!found || Date.now() - found.mtimeMs < sparedMs) continue;
    await rm(each, { recursive: true, force: true });
  }
}

const [, , folder] = process.argv;
if (!folder) throw new Error("usage: bundle-programs.ts FOLDER");
await bundlePrograms(folder);
