import { expect, test, vi } from "vitest";
import { TestVault, type Reply } from "./test-vault.ts";

/**
 * Timing, without a clock: where a secret is looked up by a keyed hash of the whole, what the server does for a guess
 * can't depend on how much of it is right. So the names that it asks its storage for are looked at.
 */

interface Asked {
  readonly reply: Reply;
  /** Entries that were read, in order. */
  readonly read: readonly string[];
  /** Folders that were gone through, as whoever compares one by one has to. */
  readonly listed: readonly string[];
}

async function watched(vault: TestVault, ask: () => Promise<Reply>): Promise<Asked> {
  const { store } = vault.server.core.options;
  const read = vi.spyOn(store, "get");
  const listed = vi.spyOn(store, "list");
  const reply = await ask();
  const seen = [read, listed].map((spy) => spy.mock.calls.map(([name]) => name));
  read.mockRestore();
  listed.mockRestore();
  return { reply, read: seen[0] ?? [], listed: seen[1] ?? [] };
}

const hash = /[0-9a-f]{64}/g;
const hashesIn = (names: readonly string[]): string[] => names.flatMap((n) => n.match(hash) ?? []);

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

interface Secret {
  readonly what: string;
  readonly right: string;
  readonly ask: (guess: string) => Promise<Reply>;
}

async function secretsOf(vault: TestVault): Promise<Secret[]> {
  await vault.must("POST", "sys/auth/approle", { body: { type: "approle" } });
  await vault.must("POST", "auth/approle/role/r", { body: { token_policies: "default" } });
  const { role_id } = (await vault.must("GET", "auth/approle/role/r/role-id")).body.data;
  const { secret_id } = (await vault.must("POST", "auth/approle/role/r/secret-id")).body.data;
  const wrapped = await vault.must("POST", "sys/wrapping/wrap", {
    body: { a: "b" },
    headers: { "X-Vault-Wrap-TTL": "60" },
  });
  const as = (token: string): Promise<Reply> =>
    vault.request("GET", "auth/token/lookup-self", { token });
  const send = (path: string, body: object, token?: string): Promise<Reply> =>
    vault.request("POST", path, { body, token });
  const root = vault.rootToken;
  return [
    { what: "the caller's token", right: await vault.token({ policies: ["default"] }), ask: as },
    { what: "the root token", right: root, ask: as },
    {
      what: "a token in the body",
      right: await vault.token({ policies: ["default"] }),
      ask: (token) => send("auth/token/lookup", { token }, root),
    },
    {
      what: "a token that holds an answer",
      right: wrapped.body.wrap_info.token,
      ask: (token) => send("sys/wrapping/lookup", { token }),
    },
    {
      what: "a role-id",
      right: role_id,
      ask: (guess) => send("auth/approle/login", { role_id: guess, secret_id }),
    },
    {
      what: "a secret-id",
      right: secret_id,
      ask: (guess) => send("auth/approle/login", { role_id, secret_id: guess }),
    },
    {
      what: "a secret-id that is looked up",
      right: secret_id,
      ask: (guess) => send("auth/approle/role/r/secret-id/lookup", { secret_id: guess }, root),
    },
  ];
}

test("a guess that is nearly right makes the server do what any other guess does", async () => {
  await using vault = await TestVault.start();
  for (const { what, right, ask } of await secretsOf(vault)) {
    const near = right.slice(0, -1) + (right.endsWith("0") ? "1" : "0");
    const far = right.replaceAll(/(?<=^hvs\..*|^[^.]*)[0-9A-Za-z]/g, (letter) =>
      letter === "z" ? "y" : "z",
    );
    const known = await watched(vault, () => ask(right));
    expect([what, known.reply.status]).toEqual([what, 200]);
    const [nearly, wholly] = [
      await watched(vault, () => ask(near)),
      await watched(vault, () => ask(far)),
    ];
    const shape = ({ reply, read, listed }: Asked): unknown => ({
      status: reply.status,
      errors: reply.body?.errors,
      read: read.map((name) => name.replaceAll(hash, "<hash>")),
      listed,
    });
    expect(nearly.reply.status, what).toBeGreaterThanOrEqual(
      what.includes("looked up") ? 204 : 400,
    );
    expect(shape(nearly), what).toEqual(shape(wholly));
    expect([...known.listed, ...nearly.listed], what).toEqual([]);
    // The secret is no part of a name, and the name that it leads to has nothing in common with the one that is there.
    expect([...known.read, ...nearly.read].join(), what).not.toContain(right.slice(-12, -1));
    const own = hashesIn(known.read);
    const guessed = hashesIn(nearly.read).filter((name) => !own.includes(name));
    expect(guessed.length, what).toBeGreaterThan(0);
    for (const name of guessed)
      expect(Math.max(...own.map((other) => commonStart(name, other))), what).toBeLessThan(12);
  }
});
