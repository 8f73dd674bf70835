import { createHash } from "node:crypto";
import { isRunning } from "../shared/process-identity.ts";
import type { RunningProcess } from "./gated-process.ts";
import { processEnd } from "./process-end.ts";
import type { LedgerEntry, ProcessLedger } from "./process-ledger.ts";
import type { ProcessSpec } from "./process-spec.ts";
import { reapLeftovers } from "./reap-leftovers.ts";
import type { Member } from "./unit.ts";

/** The member's processes in the order of their start, each with its name. */
function processesOf(member: Member): readonly (readonly [string, ProcessSpec])[] {
  return [
    ...member.companions.map(({ name, process }) => [name, process] as const),
    [member.name, member.process],
  ];
}

/** What a process has to have been started with to be taken for this one; undefined: it can't be. */
export function adoptableAs(member: Member, spec: ProcessSpec): LedgerEntry["adoptable"] {
  const { configuration, account } = member;
  if (configuration === undefined) return undefined;
  const text = JSON.stringify([configuration, account ?? null, spec]);
  return { member: member.name, fingerprint: createHash("sha256").update(text).digest("hex") };
}

/** Stands for what all of the member's processes are started with; undefined where no running one is taken for them. */
export function fingerprintOf(member: Member): string | undefined {
  const parts = processesOf(member).map(([, spec]) => adoptableAs(member, spec)?.fingerprint);
  return parts.includes(undefined) ? undefined : parts.join(" ");
}

/**
 * The processes that a dead daemon left of this member, main one last, where all of them run and were started as they
 * would be now. Otherwise ends what is left of them and gives none.
 */
export async function adoptLeftovers(
  ledger: ProcessLedger,
  member: Member,
): Promise<readonly RunningProcess[]> {
  const wanted = processesOf(member);
  const names = wanted.map(([name]) => name);
  const entries = await ledger.entriesOf(names);
  if (entries.length === 0) return [];
  const adopted = wanted.flatMap(([name, spec]) => {
    const entry = entries.find((one) => one.name === name);
    const same =
      entry?.adoptable !== undefined &&
      entry.adoptable.fingerprint === adoptableAs(member, spec)?.fingerprint;
    return entry && same && isRunning(entry) ? [adopt(entry, spec)] : [];
  });
  if (adopted.length === wanted.length) return adopted;
  await reapLeftovers(ledger, { keep: ({ name }) => !names.includes(name) });
  return [];
}

function adopt({ name, pid, startTime, marker }: LedgerEntry, spec: ProcessSpec): RunningProcess {
  const identity = { pid, startTime };
  const exited = processEnd(identity).then(() => ({ code: null, signal: null }));
  return { name, identity, marker, spec, exited };
}
