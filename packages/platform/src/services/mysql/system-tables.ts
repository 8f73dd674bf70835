import { rm } from "node:fs/promises";
import path from "node:path";
import { readFileIfPresent, writeFileAtomically } from "../../shared/files.ts";
import type { Run, Step } from "../definition.ts";
import { portOf, superuserOf } from "./client.ts";
import { quoted } from "./option-file.ts";

const program = "mariadb-upgrade";

/** In the data folder: the release that its system tables are of. */
const releaseFile = "devstack-system-tables";

/** MariaDB starts on what an older release made, but brings its own tables up to date only when it is told to. */
export const systemTablesStep: Step = {
  name: "system tables",
  done: async ({ run }) =>
    run.engine.programs[program] === undefined ||
    (await readFileIfPresent(path.join(run.folders.data, releaseFile))) === releaseOf(run),
  apply: async ({ run, execute }) => {
    const login = path.join(run.folders.files, "superuser.cnf");
    await writeFileAtomically(login, loginOf(run), { owner: run.account });
    try {
      await execute({
        program,
        args: [`--defaults-file=${login}`, "--upgrade-system-tables", "--force", "--silent"],
      });
    } finally {
      await rm(login, { force: true });
    }
    await markSystemTables(run);
  },
};

/** Says that the system tables are those of the engine. */
export async function markSystemTables(run: Run): Promise<void> {
  const file = path.join(run.folders.data, releaseFile);
  await writeFileAtomically(file, releaseOf(run), { owner: run.account });
}

/** "10.11": within one, system tables stay the same. */
function releaseOf({ engine }: Run): string {
  return /^\d+\.\d+/.exec(engine.version)?.[0] ?? engine.version;
}

function loginOf(run: Run): string {
  const { user, password } = superuserOf(run);
  const settings = { user, password, port: portOf(run), "ssl-ca": run.tls.ca };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quoted(value)}`);
  return ["[client]", "protocol = tcp", "host = 127.0.0.1", ...lines, ""].join("\n");
}
