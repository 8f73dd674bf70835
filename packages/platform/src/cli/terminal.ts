import type { WriteStream } from "node:tty";

/** Results go to stdout, progress and errors to stderr; colour only where somebody looks. */
export interface Terminal {
  readonly result: (text: string) => void;
  readonly progress: (text: string) => void;
  /** Replaces the last such line while stderr is a terminal; elsewhere it is not shown. */
  readonly transient: (text: string) => void;
  readonly colour: Colour;
  readonly interactive: boolean;
}

export interface Colour {
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const codes = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1 } as const;

export function makeTerminal(
  streams: { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream },
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  const { stdout, stderr } = streams;
  const interactive = stderr.isTTY === true && !env["CI"];
  let pending = false;
  const clear = (): void => {
    if (pending) stderr.write("\r\x1b[K");
    pending = false;
  };
  return {
    interactive,
    colour: makeColour(wantsColour(stdout, env)),
    result: (text) => {
      clear();
      stdout.write(`${text}\n`);
    },
    progress: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    transient: (text) => {
      if (!interactive) return;
      const width = (stderr as Partial<WriteStream>).columns ?? 80;
      stderr.write(`\r\x1b[K${text.slice(0, width - 1)}`);
      pending = true;
    },
  };
}

function wantsColour(
  stream: NodeJS.WriteStream,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"]) return env["FORCE_COLOR"] !== "0";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

function makeColour(on: boolean): Colour {
  const paint = (code: number) => (text: string) => (on ? `\x1b[${code}m${text}\x1b[0m` : text);
  return {
    green: paint(codes.green),
    red: paint(codes.red),
    yellow: paint(codes.yellow),
    dim: paint(codes.dim),
    bold: paint(codes.bold),
  };
}
