import type { Expect } from "./expect.ts";
import type { StackHandle } from "./stack-handle.ts";

/** One named check: what it observes is the real thing, never the tool's own word. */
export interface Check {
  /** `<suite>.<two digits>`, or `<suite>.<service>.<two digits>`; a row of the suite's list. */
  readonly id: string;
  readonly title: string;
  /** The suite's fault that must turn it red; undefined: the check is listed as unproven. */
  readonly fault?: string;
  /** What has to come before it can run, "Forgejo": it is skipped with this reason, and there is nothing to prove. */
  readonly awaits?: string;
  /** Throws when what it sees is not what it expects. */
  readonly run: (context: CheckContext) => Promise<void>;
}

export interface CheckContext {
  readonly stack: StackHandle;
  readonly expect: Expect;
  /** Ends the check as skipped; the reason is printed and the skip is counted. */
  readonly skip: (reason: string) => never;
  /** Shows a line with the check's result, whatever it is: a table that was compared. */
  readonly print: (line: string) => void;
}

/** One way in which what the checks guard is broken on purpose. */
export interface SuiteFault {
  readonly name: string;
  readonly summary: string;
  /** The ids that it must turn red: no more, no fewer. */
  readonly turnsRed: readonly string[];
  /** A fault of a service's definition that the stack is started with. */
  readonly seam?: string;
  /** It is applied only after this check, which would mend it. */
  readonly after?: string;
  /** What is done to the running stack. */
  readonly apply?: (stack: StackHandle) => Promise<void>;
}

export interface Suite {
  readonly name: string;
  readonly summary: string;
  /** The services that it needs, the vault aside. */
  readonly services: readonly string[];
  /** Whether it stops, restarts or fills things: it then refuses a stack in use. */
  readonly disruptive: boolean;
  readonly checks: readonly Check[];
  readonly faults: readonly SuiteFault[];
}
