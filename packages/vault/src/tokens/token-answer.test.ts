import { expect, test } from "vitest";
import { plan } from "../../test/test-core.ts";
import { authAnswer, describeToken } from "./token-answer.ts";
import type { TokenEntry } from "./token-entry.ts";

const created = Date.parse("2026-03-01T12:00:00.900Z");
const now = new Date(created + 10_000);

function entry(given: Partial<TokenEntry> = {}): TokenEntry {
  return { ...plan(), hash: "h", accessor: "acc", created, expires: created + 3_600_000, ...given };
}

test("the answer to a login tells the token once, with what it may", () => {
  expect(authAnswer({ id: "hvs.x", entry: entry({ parent: "p", meta: { a: "b" } }) }, 60)).toEqual({
    client_token: "hvs.x",
    accessor: "acc",
    policies: ["default"],
    token_policies: ["default"],
    metadata: { a: "b" },
    lease_duration: 60,
    renewable: true,
    entity_id: "",
    token_type: "service",
    orphan: false,
    mfa_requirement: null,
    num_uses: 0,
  });
  const bare = authAnswer({ id: "", entry: entry({ policies: [], numUses: -1 }) }, 0);
  expect(bare).toMatchObject({ orphan: true, num_uses: 0, policies: [] });
  expect(Object.keys(bare)).not.toContain("token_policies");
});

test("a lookup tells times in both forms, and what is set", () => {
  expect(describeToken(entry({ numUses: 3 }), "hvs.x", now)).toEqual({
    accessor: "acc",
    creation_time: 1772366400,
    creation_ttl: 3600,
    display_name: "token",
    entity_id: "",
    expire_time: "2026-03-01T13:00:00.900Z",
    explicit_max_ttl: 0,
    id: "hvs.x",
    issue_time: "2026-03-01T12:00:00.900Z",
    meta: null,
    num_uses: 3,
    orphan: true,
    path: "auth/token/create",
    policies: ["default"],
    renewable: true,
    ttl: 3590,
    type: "service",
  });
});

test("a lookup tells of renewal, period, addresses and role where there are any", () => {
  const told = describeToken(
    entry({
      lastRenewed: created + 5000,
      period: 60,
      boundCidrs: ["10.0.0.0/8"],
      role: "r",
      parent: "p",
      numUses: -1,
    }),
    "",
    now,
  );
  expect(told).toMatchObject({
    last_renewal: "2026-03-01T12:00:05.900Z",
    last_renewal_time: 1772366405,
    period: 60,
    bound_cidrs: ["10.0.0.0/8"],
    role: "r",
    orphan: false,
    num_uses: 0,
    id: "",
  });
});

test.each([
  ["never ends", 0, null, 0],
  ["has begun its last second", now.getTime() + 1, "2026-03-01T12:00:10.901Z", 1],
  ["has ended", now.getTime() - 5000, "2026-03-01T12:00:05.900Z", 0],
])("a token that %s", (_, expires, expire_time, ttl) => {
  expect(describeToken(entry({ expires }), "", now)).toMatchObject({ expire_time, ttl });
});
