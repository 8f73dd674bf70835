import { expect, test } from "vitest";
import { plan, TestCore } from "../../test/test-core.ts";
import { decodeBatchToken, encodeBatchToken } from "./batch-token.ts";

const entry = { ...plan({ type: "batch" }), hash: "", accessor: "", created: 1, expires: 2 };

test("a batch token has one spelling only", async () => {
  await using vault = await TestCore.start();
  const token = encodeBatchToken(vault.core.barrier, entry);
  expect(token).toMatch(/^hvb\.[A-Za-z0-9_-]+$/);
  expect(decodeBatchToken(vault.core.barrier, token)).toEqual(entry);
  const last = token.at(-1) ?? "";
  const standard = token.slice(4).replaceAll("-", "+").replaceAll("_", "/");
  const others = [
    `${token}=`,
    `${token}!`,
    `${token}A`,
    `hvb.!${token.slice(4)}`,
    ...(standard === token.slice(4) ? [] : [`hvb.${standard}`]),
    ...[..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
      .filter((letter) => letter !== last)
      .map((letter) => token.slice(0, -1) + letter),
  ];
  for (const other of others) expect(decodeBatchToken(vault.core.barrier, other)).toBeUndefined();
});

test("what the barrier wrote for another purpose is no token", async () => {
  await using vault = await TestCore.start();
  const stored = vault.core.barrier.encrypt("logical/x", Buffer.from(JSON.stringify(entry)));
  const token = `hvb.${stored.toString("base64url")}`;
  expect(decodeBatchToken(vault.core.barrier, token)).toBeUndefined();
});
