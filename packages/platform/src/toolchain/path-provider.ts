import path from "node:path";
import type { PathSource } from "./engine.ts";
import type { Provider } from "./provider.ts";

/** Where servers are put that an ordinary user's PATH doesn't name. */
const besides = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Programs that are on PATH already. */
export const pathProvider: Provider<PathSource> = {
  title: () => "PATH",
  find: async () => {
    const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter(path.isAbsolute);
    return { folders: [...folders, ...besides], root: undefined, env: {} };
  },
};
