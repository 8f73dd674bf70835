import type { VaultClient } from "../../vault/vault-client.ts";
import type { LinePrompt } from "../definition.ts";

const help = `read PATH                 secret/data/postgres, sys/mounts, pki_int/cert/ca …
list PATH                 secret/metadata
write PATH [NAME=VALUE …] or one object as JSON: write secret/data/mine {"data": {"word": "x"}}
delete PATH
help, exit`;

type Answer = (client: VaultClient, path: string, rest: string) => Promise<unknown>;

const answers: Readonly<Record<string, Answer>> = {
  read: async (client, path) => (await client.read(path)) ?? nothingAt(path),
  list: async (client, path) => client.list(path),
  write: async (client, path, rest) => {
    const { data, auth } = await client.write(path, fieldsOf(rest));
    return data ?? auth ?? "done";
  },
  delete: async (client, path) => {
    await client.delete(path);
    return "done";
  },
};

/** The vault's API by path, for where neither bao nor vault is on PATH; the client acts with the token that it has. */
export function vaultPrompt(client: VaultClient): LinePrompt {
  return {
    greeting: `the vault at ${client.address} (neither bao nor vault on PATH: a small prompt)\n${help}`,
    answer: async (line) => {
      if (line === "help") return help;
      const [, word = "", path = "", rest = ""] = /^(\S+)\s+\/?(\S+)\s*(.*)$/s.exec(line) ?? [];
      const answer = Object.hasOwn(answers, word) ? answers[word] : undefined;
      if (!answer || (rest !== "" && word !== "write"))
        throw new Error(`that is no command; they are\n${help}`);
      const found = await answer(client, path, rest);
      return typeof found === "string" ? found : JSON.stringify(found, undefined, 2);
    },
    [Symbol.asyncDispose]: async () => client[Symbol.dispose](),
  };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  if (text.startsWith("{")) return JSON.parse(text) as Readonly<Record<string, unknown>>;
  const pairs = text.split(/\s+/).filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", ...value] = pair.split("=");
      if (name === "" || value.length === 0) throw new Error(`${pair} is not NAME=VALUE`);
      return [name, value.join("=")];
    }),
  );
}

function nothingAt(path: string): never {
  throw new Error(`there is nothing at ${path}`);
}
