import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Owner } from "../shared/files.ts";
import { appErrors } from "./errors.ts";

/** The account that root's engines run as: `nobody`, which has a name, as initdb wants. Undefined for users. */
export async function engineAccount(uid: number): Promise<Owner | undefined> {
  if (uid !== 0) return undefined;
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const fields = passwd
    .split("\n")
    .map((line) => line.split(":"))
    .find(([name]) => name === "nobody");
  const [nobody, group] = [Number(fields?.[2]), Number(fields?.[3])];
  if (nobody > 0 && group > 0) return { uid: nobody, gid: group };
  throw appErrors.DS_FOLDER_UNREACHABLE(
    "engines refuse to run as root, and this system has no user `nobody`",
    {
      hint: "run devstack as an ordinary user",
    },
  );
}

/** Refuses a folder that the account can't come to, naming the first one on the way that is shut. */
export async function requireReachable(folders: readonly string[], account: Owner): Promise<void> {
  for (const folder of folders) {
    for (const ancestor of ancestry(folder)) {
      const { mode, uid, gid } = await stat(ancestor);
      const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
      if ((mode & bit) !== 0) continue;
      throw appErrors.DS_FOLDER_UNREACHABLE(
        `engines run as uid ${account.uid}, which can't pass through ${ancestor} (mode ${(mode & 0o777).toString(8)}) to ${folder}`,
        {
          hint: `chmod o+x '${ancestor}', or set DEVSTACK_HOME to a folder outside it`,
          details: { folder: ancestor },
        },
      );
    }
  }
}

/** From the root of the file system down to the folder itself. */
function ancestry(folder: string): readonly string[] {
  const chain = [];
  for (let each = path.resolve(folder); ; each = path.dirname(each)) {
    chain.unshift(each);
    if (each === path.dirname(each)) return chain;
  }
}
