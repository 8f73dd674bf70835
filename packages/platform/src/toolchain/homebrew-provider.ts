import { stat } from "node:fs/promises";
import path from "node:path";
import type { HomebrewSource } from "./engine.ts";
import type { Provider } from "./provider.ts";
import { runCommand, toolEnvironment } from "./run-command.ts";

/** Programs of formulas that Homebrew has installed: `brew --prefix` tells where each of them lies. */
export const homebrewProvider: Provider<HomebrewSource> = {
  title: () => "Homebrew",
  find: async ({ formulas, onPath }, { options }) => {
    const env = { ...toolEnvironment(), HOMEBREW_NO_AUTO_UPDATE: "1" };
    const folders: string[] = [];
    for (const formula of formulas) {
      // It answers for what is not installed too, and refuses only what it has no formula for.
      const answer = await runCommand("brew", ["--prefix", formula], {
        env,
        signal: options.signal,
      }).catch((error: NodeJS.ErrnoException) => {
        options.signal?.throwIfAborted();
        if (error.code === "ENOENT") throw new Error("this machine has no brew");
        return { stdout: "" };
      });
      const prefix = answer.stdout.trim();
      if (!path.isAbsolute(prefix)) continue;
      for (const folder of ["bin", "sbin"].map((name) => path.join(prefix, name)))
        if (await isFolder(folder)) folders.push(folder);
    }
    if (folders.length === 0)
      throw new Error(`none of ${formulas.join(", ")} is installed: brew install ${formulas[0]}`);
    const searched = [...folders, "/usr/bin", "/bin"];
    return {
      folders,
      root: undefined,
      env: onPath ? { PATH: searched.join(path.delimiter) } : {},
    };
  },
};

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
