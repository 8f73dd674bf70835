import type { ParseArgsConfig } from "node:util";
import type { Stack } from "../app/stack.ts";
import type { Terminal } from "./terminal.ts";

export type OptionSpecs = NonNullable<ParseArgsConfig["options"]>;

/** One command: what it takes, in words and as data, and what it does. */
export interface Command {
  /** After the command's name, as a user would read it: "[service…]". */
  readonly usage: string;
  readonly options: OptionSpecs;
  /** A line for each word that it may begin with, for `--help`. */
  readonly words?: Readonly<Record<string, string>>;
  /** A line for each option, for `--help`. */
  readonly optionHelp: Readonly<Record<string, string>>;
  readonly positionals: { readonly min: number; readonly max: number };
  /** What the words after it may be, for a shell to complete: names of one kind, or these. */
  readonly completes?: "service" | "unit" | "instance" | "suite" | "program" | readonly string[];
  /** What may follow one of those words. */
  readonly completesAfter?: Readonly<Record<string, "service">>;
  /** Values of options that take one of a few. */
  readonly optionValues?: Readonly<Record<string, readonly string[]>>;
  /** It hands signals on to a program that it runs: Ctrl-C is that program's affair. */
  readonly signalsAreItsOwn?: boolean;
  /** First words after which everything is for another program, which this process becomes. */
  readonly becomes?: Readonly<Record<string, (args: readonly string[]) => Promise<never>>>;
  /** Gives the exit code: one of ours, or that of the program that it ran. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

export interface Invocation {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly json: boolean;
  readonly terminal: Terminal;
  /** Resolved when it is first asked for: `--help` needs none. */
  readonly stack: () => Promise<Stack>;
  /** DevStack's own checkout. */
  readonly home: string;
  /** Aborts at the first Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Says what a second Ctrl-C does before the process ends. */
  readonly onForce: (handler: () => Promise<unknown>) => void;
}

export const commonOptionHelp: Readonly<Record<string, string>> = {
  "--stack NAME": "another stack of the same folder",
  "--json": "the result as one JSON document",
  "--help": "more about a command: devstack COMMAND --help",
};

/** Options that every command takes. */
export const commonOptions = {
  stack: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies OptionSpecs;
