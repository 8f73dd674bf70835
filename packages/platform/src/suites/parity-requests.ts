import { type AskedRequest, loadRules, readOwnContract } from "./parity-conversation.ts";

/** The operation of the contract, asked as it stands: `GET /health/`. */
export async function ask(...lines: readonly string[]): Promise<readonly AskedRequest[]> {
  const { operations } = await readOwnContract();
  return lines.map((line) => {
    const [method = "", path = ""] = line.split(" ");
    const [plain = ""] = path.split("?");
    const operation = operations.find(
      (one) =>
        one.method === method &&
        new RegExp(`^${one.path.replace(/(?<=.)\/$/, "").replaceAll(/\{\w+\}/g, "[^/]+")}/?$`).test(
          plain,
        ),
    );
    return { what: line, method, path, headers: {}, operation };
  });
}

/** What a path that there is not, and a method that a path does not have, is asked with. */
export async function askNothing(...lines: readonly string[]): Promise<readonly AskedRequest[]> {
  return (await ask(...lines)).map((request) => ({ ...request, operation: undefined }));
}

/** A way through the cache: not there, set, there, deleted, not there; set again to expire. */
export async function askCache(name: string): Promise<readonly AskedRequest[]> {
  const at = `/examples/cache/${name}`;
  return ask(
    `GET ${at}`,
    `POST ${at}?value=one`,
    `GET ${at}`,
    `POST ${at}?value=two&ttl=600`,
    `GET ${at}`,
    `DELETE ${at}`,
    `DELETE ${at}`,
    `GET ${at}`,
  );
}

export const unknownSecrets = [
  "GET /examples/vault/secret/nothing-there",
  "GET /examples/vault/secret/nothing-there/user",
  "GET /examples/vault/secret/postgres/nothing-there",
  "GET /examples/vault/secret/a%20b",
  `GET /examples/vault/secret/${"a".repeat(51)}`,
  "GET /examples/vault/secret/postgres/a.b",
] as const;

export const unknownPaths = [
  "GET /nothing-there",
  "POST /nothing-there",
  "GET /health/nothing-there",
  "GET /examples/vault/secret",
] as const;

/** Every request that can be made of the contract, with names that are this conversation's own. */
export async function askEverything(
  kind: "valid" | "invalid",
  name: string,
): Promise<readonly AskedRequest[]> {
  const { invalidRequests, validRequests } = await loadRules();
  const options = { values: { CacheKey: name, QueueName: name } };
  const make = kind === "valid" ? validRequests : invalidRequests;
  return make(await readOwnContract(), options);
}
