import { stat } from "node:fs/promises";
import { readCredential } from "../vault/stored-credentials.ts";
import type { CheckContext } from "./suite.ts";

/** The instance's process is there, is ready by the supervisor's own probe, and is not root's. */
export async function expectHealthyProcess(
  { stack, expect }: CheckContext,
  instance: string,
): Promise<void> {
  const found = (await stack.processes()).find((one) => one.instance === instance);
  expect(`state of ${instance}`, found?.state).equals("ready");
  const pid = found?.pid ?? Number.NaN;
  process.kill(pid, 0); // throws when there is no such process
  if (process.platform !== "linux") return;
  const { uid } = await stat(`/proc/${pid}`);
  expect(`uid of ${instance}`, uid).satisfies("another than root's", uid !== 0);
}

/** The service's own AppRole reads its entries, gets what the vault holds, and nobody else's. */
export async function expectOwnCredentials(
  { stack, expect }: CheckContext,
  service: string,
  paths: readonly string[],
): Promise<void> {
  const own = await stack.as(service);
  for (const path of paths) {
    const stored = await readCredential(own, path);
    expect(`secret/${path} by ${service}'s AppRole`, stored !== undefined).equals(true);
    expect(
      `secret/${path} is what the vault holds`,
      JSON.stringify(stored) === JSON.stringify(await stack.secret(path)),
    ).equals(true);
  }
  const other = "somebody-else";
  await expect.refusal(
    `secret/${other} by ${service}'s AppRole`,
    readCredential(own, other),
    /permission denied/,
  );
}
