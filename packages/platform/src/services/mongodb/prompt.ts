import type { LinePrompt } from "../definition.ts";

const help = `one command of MongoDB's a line, as JSON: {"insert": "things", "documents": [{"_id": 1}]}
or one of: show collections, help, exit`;

/** Database commands as extended JSON, one a line; what is left where there is no mongosh. */
export async function mongodbPrompt(url: string, database: string): Promise<LinePrompt> {
  const { BSON, MongoClient } = await import("mongodb"); // loaded when first needed: the command line knows every definition
  const client = new MongoClient(url, { maxPoolSize: 1, serverSelectionTimeoutMS: 3000 });
  await client.connect();
  const { EJSON } = BSON;
  const show = (value: object): string => EJSON.stringify(value, { relaxed: true }, 2);
  return {
    greeting: `MongoDB, database ${database} (no mongosh on PATH: a small prompt)\n${help}`,
    answer: async (line) => {
      if (line === "help") return help;
      if (line === "show collections") {
        const found = await client.db(database).listCollections().toArray();
        return found.map(({ name }) => name).join("\n");
      }
      const command = parse(line, EJSON.parse);
      const {
        $clusterTime: _clock,
        operationTime: _time,
        ...answer
      } = await client.db(database).command(command);
      return show(answer);
    },
    [Symbol.asyncDispose]: async () => client.close(),
  };
}

function parse(line: string, read: (text: string) => unknown): Readonly<Record<string, unknown>> {
  try {
    const command = read(line);
    if (typeof command === "object" && command !== null && !Array.isArray(command))
      return command as Readonly<Record<string, unknown>>;
  } catch {
    // neither JSON nor a word of ours
  }
  throw new Error(`that is no command as JSON; ${help}`);
}
