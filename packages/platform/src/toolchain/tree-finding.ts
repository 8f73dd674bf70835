import { globSync } from "node:fs";
import path from "node:path";
import type { TreeLayout } from "./engine.ts";
import { expandFolders } from "./find-programs.ts";
import type { Finding } from "./provider.ts";

/** What an unpacked tree offers: where its programs lie, and the environment in which they find their libraries. */
export function treeFinding(root: string, layout: TreeLayout): Finding {
  const patterns = [...(layout.programFolders ?? []), "usr/sbin", "usr/bin"];
  const folders = expandFolders(root, patterns);
  const libraries = globSync("usr/lib/*-linux-gnu*", { cwd: root }).toSorted();
  const libraryPath = libraries.map((folder) => path.join(root, folder)).join(path.delimiter);
  return {
    folders,
    root,
    env: {
      ...(libraryPath === "" ? {} : { LD_LIBRARY_PATH: libraryPath }),
      ...(layout.onPath ? { PATH: [...folders, "/usr/bin", "/bin"].join(path.delimiter) } : {}),
    },
  };
}
