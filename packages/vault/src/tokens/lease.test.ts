import { expect, test } from "vitest";
import { plan, TestCore } from "../../test/test-core.ts";
import { describeLease, findLease, leaseIdOf } from "./lease.ts";
import type { TokenEntry } from "./token-entry.ts";

test("a lease is found by the whole of its id while its token lives", async () => {
  await using vault = await TestCore.start();
  const { tokens } = vault.core;
  const { entry } = await vault.write((tx) => tokens.create(tx, plan({ path: "auth/a/login" })));
  const id = leaseIdOf(entry);
  expect(id).toBe(`auth/a/login/h${entry.hash}`);
  const find = (leaseId: string): TokenEntry | undefined =>
    vault.read((tx) => findLease(tx, tokens, leaseId));
  expect(find(id)).toEqual(entry);
  for (const wrong of [
    "",
    entry.hash,
    `h${entry.hash}`,
    `auth/b/login/h${entry.hash}`,
    `/auth/a/login/h${entry.hash}`,
    `${id}0`,
    `${id}/`,
    id.slice(0, -1),
    id.replace("/h", "/x"),
    `auth/a/login/h${"0".repeat(64)}`,
  ])
    expect(find(wrong), wrong).toBeUndefined();
  vault.advance(3600);
  expect(find(id)).toBeUndefined();
});

test("a lease is described by its times", () => {
  const created = Date.parse("2026-03-01T12:00:00Z");
  const entry = { ...plan(), hash: "00", accessor: "", created, expires: created + 60_000 };
  expect(describeLease(entry, new Date(created + 500))).toEqual({
    expire_time: "2026-03-01T12:01:00.000Z",
    id: "auth/token/create/h00",
    issue_time: "2026-03-01T12:00:00.000Z",
    last_renewal: null,
    renewable: true,
    ttl: 60,
  });
  expect(
    describeLease(
      { ...entry, lastRenewed: created + 1000, renewable: false },
      new Date(created + 61_000),
    ),
  ).toMatchObject({ last_renewal: "2026-03-01T12:00:01.000Z", renewable: false, ttl: 0 });
  expect(describeLease({ ...entry, expires: 0 }, new Date(created))).toMatchObject({
    expire_time: null,
    ttl: 0,
  });
});
