import path from "node:path";
import type { Provider } from "./provider.ts";

/** A path that the user named: the folder of the programs itself, or one with the usual folders in it. */
export const explicitProvider: Provider<readonly string[]> = {
  title: (paths) => `the configured path ${paths.join(", ")}`,
  find: async (paths) => {
    const relative = paths.find((each) => !path.isAbsolute(each));
    if (relative !== undefined) throw new Error(`"${relative}" is not an absolute path`);
    const inner = ["", "bin", "sbin", "usr/bin", "usr/sbin"];
    const folders = paths.flatMap((each) => inner.map((folder) => path.join(each, folder)));
    return { folders, root: undefined, env: {} };
  },
};
