import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { chooseFreePorts } from "../src/app/ports.ts";
import { launcher, runCommand } from "./command-line.ts";

// The home of DevStack on a disk of 16 MB, in a mount namespace of its own.
const probe = await runCommand("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).catch(
  (error: unknown) => ({ exit: -1, stderr: String(error) }),
);
const canMount = probe.exit === 0;
if (!canMount) console.warn(`full disk: skipped, a tmpfs can't be mounted: ${probe.stderr}`);

/** Says after each step how it ended; \`fill\` leaves no byte, \`room\` gives it all back. */
const script = `
mount -t tmpfs -o size=16m,mode=755 none "$DEVSTACK_HOME" || exit 9
devstack() { "$LAUNCHER" "$@"; echo "EXIT $?"; }
fill() { dd if=/dev/zero of="$DEVSTACK_HOME/fill" bs=4k 2>/dev/null; echo "FULL"; }
room() { rm "$DEVSTACK_HOME/fill"; }
tell() { echo "$1" | "$LAUNCHER" shell vault; echo "EXIT $?"; }
fill
devstack up vault
devstack down
room
devstack up vault
tell 'write secret/data/before {"data": {"word": "kept"}}'
fill
tell "write secret/data/during {\\"data\\": {\\"word\\": \\"$(head -c 20000 /dev/zero | tr '\\0' x)\\"}}"
tell 'read secret/data/before'
devstack status
devstack down
room
devstack up vault
tell 'read secret/data/before'
tell 'list secret/metadata'
devstack destroy --yes
`;

it.skipIf(!canMount)("says what is wrong on a full disk, and loses nothing", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "full-disk-"));
  await chmod(folder, 0o711); // engines of another uid pass through it
  await writeFile(
    path.join(folder, "devstack.config.ts"),
    `export default ${JSON.stringify({ ports: await chooseFreePorts([]) })};\n`,
  );
  const { exit, stdout } = await runCommand("unshare", ["-m", "sh", "-c", `exec 2>&1\n${script}`], {
    cwd: folder,
    env: {
      ...process.env,
      DEVSTACK_HOME: await mkdtemp(path.join(folder, "home-")),
      LAUNCHER: launcher,
      PATH: "/usr/bin:/bin", // without clients of the vault's: a small prompt answers
    },
  });
  await rm(folder, { recursive: true });
  expect(exit, stdout).toBe(0);
  const steps = stdout.split(/^EXIT /m).map((text) => text.replace(/^\d+\n/, ""));
  const exits = [...stdout.matchAll(/^EXIT (\d+)$/gm)].map(([, code]) => Number(code));
  expect(exits, stdout).toEqual([2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  expect(steps[0]).toMatch(
    /error DS_FOLDER_UNWRITABLE: .*ENOSPC.*\n {2}hint: make room on the disk/,
  );
  expect(steps[4]).toContain("secret/data/during with 500");
  expect(steps[5]).toContain('"word": "kept"');
  expect(steps[6]).toMatch(/^vault +ready /m);
  expect(steps[9]).toContain('"word": "kept"');
  expect(steps[10]).toContain('"before"');
  expect(steps[10]).not.toContain('"during"');
});
