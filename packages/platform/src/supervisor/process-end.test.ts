import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { identify, type ProcessIdentity } from "../shared/process-identity.ts";
import { processEnd } from "./process-end.ts";

it("tells of each end by itself, also of one that came before, and looks again after the last", async () => {
  const told: string[] = [];
  const wait = async (name: string, of: ProcessIdentity): Promise<number> =>
    processEnd(of).then(() => told.push(name));
  using first = sleeper();
  using second = sleeper();
  const waits = [wait("first", first.identity), wait("second", second.identity)];
  second.kill();
  await waits[1];
  expect(told).toEqual(["second"]);
  first.kill();
  await waits[0];
  expect(told).toEqual(["second", "first"]);
  await wait("before", first.identity);
  using third = sleeper();
  const last = wait("third", third.identity);
  third.kill();
  await last;
  expect(told).toEqual(["second", "first", "before", "third"]);
});

function sleeper(): Disposable & { readonly identity: ProcessIdentity; readonly kill: () => void } {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (!identity) throw new Error("sleep did not start");
  const kill = (): void => void child.kill("SIGKILL");
  return { identity, kill, [Symbol.dispose]: kill };
}
