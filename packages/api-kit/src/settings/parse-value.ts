import type { Endpoint } from "./read-settings.ts";

// Each says what is expected, and never what was given.

export function parseText(text: string): string {
  return text;
}

export function parseBoolean(text: string): boolean {
  const word = text.toLowerCase();
  if (["true", "1", "yes", "on"].includes(word)) return true;
  if (["false", "0", "no", "off"].includes(word)) return false;
  throw new Error("is neither true nor false");
}

export function parseInteger(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new Error(`is no whole number from ${least} to ${most}`);
    return number;
  };
}

export function parseChoice<const T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const word = text.toLowerCase();
    const choice = choices.find((one) => one === word);
    if (choice === undefined) throw new Error(`is none of ${choices.join(", ")}`);
    return choice;
  };
}

/** `host:port,host:port …` */
export function parseNodes(text: string): readonly Endpoint[] {
  return text.split(",").map((node) => {
    const [, host = "", port = ""] = /^\s*\[?([^\s[\]]+?)\]?:(\d{1,5})\s*$/.exec(node) ?? [];
    const number = Number(port);
    if (host === "" || number < 1 || number > 65_535)
      throw new Error("is no list of host:port, separated by commas");
    return { host, port: number };
  });
}
