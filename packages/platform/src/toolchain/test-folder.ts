import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export interface TestFolder extends AsyncDisposable {
  readonly path: string;
  /** Writes a shell script, with what its name has for folders; gives its absolute path. */
  readonly script: (name: string, body: string) => Promise<string>;
}

/** A temporary folder for one test. */
export async function testFolder(): Promise<TestFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), "devstack-toolchain-"));
  return {
    path: folder,
    script: async (name, body) => {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      return file;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
