import { describe, expect, test } from "vitest";
import { TestVault, type Reply } from "../../../test/test-vault.ts";

async function start(version = "2"): Promise<TestVault> {
  const vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/secret", { body: { type: "kv", options: { version } } });
  return vault;
}

function put(vault: TestVault, data: object, options?: object): Promise<Reply> {
  return vault.request("POST", "secret/data/a", {
    body: { data, ...(options === undefined ? {} : { options }) },
  });
}

const mergePatch = { "Content-Type": "application/merge-patch+json" };

describe("versioned: values", () => {
  test("each write is a version, and each can be read", async () => {
    await using vault = await start();
    const first = await put(vault, { x: 1 });
    expect(first.body.data).toMatchObject({
      version: 1,
      deletion_time: "",
      destroyed: false,
      custom_metadata: null,
    });
    await put(vault, { x: 2, nested: { y: [1, null, "é"] } });
    const { body } = await vault.must("GET", "secret/data/a");
    expect(body.data.data).toEqual({ x: 2, nested: { y: [1, null, "é"] } });
    expect(body.data.metadata.version).toBe(2);
    expect((await vault.must("GET", "secret/data/a?version=1")).body.data.data).toEqual({ x: 1 });
    expect((await vault.request("GET", "secret/data/a?version=3")).status).toBe(404);
    await vault.restart();
    expect((await vault.must("GET", "secret/data/a?version=1")).body.data.data).toEqual({ x: 1 });
  });

  test("what is not there is 404 without any error", async () => {
    await using vault = await start();
    const reply = await vault.request("GET", "secret/data/none");
    expect([reply.status, reply.body]).toEqual([404, { errors: [] }]);
    expect((await vault.request("DELETE", "secret/data/none")).status).toBe(204);
  });

  test("check-and-set", async () => {
    await using vault = await start();
    const mismatch = ["check-and-set parameter did not match the current version"];
    expect((await put(vault, { x: 1 }, { cas: 1 })).body.errors).toEqual(mismatch);
    expect((await put(vault, { x: 1 }, { cas: 0 })).status).toBe(200);
    expect((await put(vault, { x: 2 }, { cas: 0 })).body.errors).toEqual(mismatch);
    expect((await put(vault, { x: 2 }, { cas: 1 })).status).toBe(200);
    await vault.must("DELETE", "secret/data/a");
    expect((await put(vault, { x: 3 }, { cas: 0 })).body.errors).toEqual(mismatch);
    await vault.must("POST", "secret/config", { body: { cas_required: true } });
    expect((await put(vault, { x: 3 })).body.errors).toEqual([
      "check-and-set parameter required for this call",
    ]);
  });

  test("check-and-set lets one of many through", async () => {
    await using vault = await start();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, x) => put(vault, { x }, { cas: 0 })),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("only the newest ten are kept, or as many as said", async () => {
    await using vault = await start();
    for (let x = 1; x <= 12; x += 1) await put(vault, { x });
    const { data } = (await vault.must("GET", "secret/metadata/a")).body;
    expect(Object.keys(data.versions)).toEqual([
      "3",
      "4",
      "5",
      "6",
      "7",
      "8",
      "9",
      "10",
      "11",
      "12",
    ]);
    expect(data).toMatchObject({ current_version: 12, oldest_version: 3 });
    expect((await vault.request("GET", "secret/data/a?version=2")).status).toBe(404);
    await vault.must("POST", "secret/metadata/a", { body: { max_versions: 2 } });
    await put(vault, { x: 13 });
    expect(Object.keys((await vault.must("GET", "secret/metadata/a")).body.data.versions)).toEqual([
      "12",
      "13",
    ]);
  });

  test("a write without data is refused, one of null makes a version", async () => {
    await using vault = await start();
    await vault.must("POST", "secret/data/null", { body: { data: null } });
    const found = await vault.must("GET", "secret/data/null");
    expect(found.body.data).toMatchObject({ data: null, metadata: { version: 1 } });
    const reply = await vault.request("POST", "secret/data/a", { body: {} });
    expect([reply.status, reply.body.errors]).toEqual([400, ["no data provided"]]);
  });
});

describe("versioned: deleting", () => {
  test("is soft, and is taken back by undelete", async () => {
    await using vault = await start();
    await put(vault, { x: 1 });
    expect((await vault.request("DELETE", "secret/data/a")).status).toBe(204);
    const gone = await vault.request("GET", "secret/data/a");
    expect(gone.status).toBe(404);
    expect(gone.body.data.data).toBeNull();
    expect(gone.body.data.metadata.deletion_time).not.toBe("");
    expect(gone.body.request_id).not.toBe("");
    await vault.must("POST", "secret/undelete/a", { body: { versions: [1] } });
    expect((await vault.must("GET", "secret/data/a")).body.data.data).toEqual({ x: 1 });
  });

  test("of several versions, and destroying them for good", async () => {
    await using vault = await start();
    for (const x of [1, 2, 3]) await put(vault, { x });
    await vault.must("POST", "secret/delete/a", { body: { versions: [1, 2, 9] } });
    await vault.must("PUT", "secret/destroy/a", { body: { versions: "2" } });
    await vault.must("POST", "secret/undelete/a", { body: { versions: [1, 2] } });
    expect((await vault.must("GET", "secret/data/a?version=1")).body.data.data).toEqual({ x: 1 });
    const destroyed = await vault.request("GET", "secret/data/a?version=2");
    expect(destroyed.status).toBe(404);
    expect(destroyed.body.data.metadata.destroyed).toBe(true);
  });

  test("of the metadata takes everything", async () => {
    await using vault = await start();
    await put(vault, { x: 1 });
    await vault.must("DELETE", "secret/metadata/a");
    expect((await vault.request("GET", "secret/metadata/a")).status).toBe(404);
    expect((await put(vault, { x: 1 })).body.data.version).toBe(1);
  });

  test("by itself after a time", async () => {
    await using vault = await start();
    await vault.must("POST", "secret/metadata/a", { body: { delete_version_after: "1m30s" } });
    await put(vault, { x: 1 });
    expect((await vault.must("GET", "secret/metadata/a")).body.data.delete_version_after).toBe(
      "1m30s",
    );
    expect((await vault.request("GET", "secret/data/a")).status).toBe(200);
    vault.advance(91);
    expect((await vault.request("GET", "secret/data/a")).status).toBe(404);
  });
});

describe("versioned: patching and looking into", () => {
  test("merges, and null removes", async () => {
    await using vault = await start();
    const patch = (body: object, headers: Record<string, string> = mergePatch): Promise<Reply> =>
      vault.request("PATCH", "secret/data/a", { body, headers });
    expect((await patch({ data: { x: 1 } })).status).toBe(404);
    await put(vault, { x: 1, deep: { y: 1, z: 2 } });
    expect((await patch({ data: { x: null, deep: { y: 3 } } })).body.data.version).toBe(2);
    expect((await vault.must("GET", "secret/data/a")).body.data.data).toEqual({
      deep: { y: 3, z: 2 },
    });
    expect((await patch({ data: { x: 1 }, options: { cas: 1 } })).status).toBe(400);
    expect((await patch({ data: {} }, { "Content-Type": "application/json" })).status).toBe(415);
  });

  test("shows keys without values", async () => {
    await using vault = await start();
    await put(vault, { a: "secret", b: { c: { d: 1 } }, e: {} });
    const subkeys = async (query: string): Promise<unknown> =>
      (await vault.must("GET", `secret/subkeys/a${query}`)).body.data.subkeys;
    expect(await subkeys("")).toEqual({ a: null, b: { c: { d: null } }, e: null });
    expect(await subkeys("?depth=1")).toEqual({ a: null, b: null, e: null });
    expect(await subkeys("?depth=2")).toEqual({ a: null, b: { c: null }, e: null });
  });

  test("custom metadata is written, patched and checked", async () => {
    await using vault = await start();
    await vault.must("POST", "secret/metadata/a", {
      body: { custom_metadata: { owner: "x", team: "y" } },
    });
    await vault.must("PATCH", "secret/metadata/a", {
      body: { custom_metadata: { owner: null, tier: "1" } },
      headers: mergePatch,
    });
    expect((await vault.must("GET", "secret/metadata/a")).body.data.custom_metadata).toEqual({
      team: "y",
      tier: "1",
    });
    await put(vault, { x: 1 });
    expect((await vault.must("GET", "secret/data/a")).body.data.metadata.custom_metadata).toEqual({
      team: "y",
      tier: "1",
    });
    const long = await vault.request("POST", "secret/metadata/a", {
      body: { custom_metadata: { k: "v".repeat(513) } },
    });
    expect(long.status).toBe(400);
  });
});

describe("listing", () => {
  test("works by its method and by a parameter, one level at a time", async () => {
    await using vault = await start();
    for (const path of ["a", "a/b", "c/d/e"])
      await vault.must("POST", `secret/data/${path}`, { body: { data: { x: 1 } } });
    for (const [method, path] of [
      ["LIST", "secret/metadata"],
      ["LIST", "secret/metadata/"],
      ["GET", "secret/metadata?list=true"],
    ] as const) {
      expect((await vault.must(method, path)).body.data.keys).toEqual(["a", "a/", "c/"]);
    }
    expect((await vault.must("LIST", "secret/metadata/c/d")).body.data.keys).toEqual(["e"]);
    const none = await vault.request("LIST", "secret/metadata/nothing");
    expect([none.status, none.body]).toEqual([404, { errors: [] }]);
  });
});

describe("rights", () => {
  test("create and update are told apart by what is there", async () => {
    await using vault = await start();
    await vault.policy("creator", `path "secret/data/*" { capabilities = ["create"] }`);
    const token = await vault.token({ policies: ["creator"] });
    const write = (): Promise<Reply> =>
      vault.request("POST", "secret/data/new", { token, body: { data: { x: 1 } } });
    expect((await write()).status).toBe(200);
    expect((await write()).status).toBe(403);
    expect((await vault.request("GET", "secret/data/new", { token })).status).toBe(403);
  });
});

test("version 1's paths on a versioned mount are answered with a hint", async () => {
  await using vault = await start();
  const reply = await vault.request("GET", "secret/a");
  expect(reply.status).toBe(404);
  expect(reply.body.warnings[0]).toContain("Invalid path for a versioned K/V secrets engine");
});

test("unversioned: write, read, list, delete", async () => {
  await using vault = await start("1");
  expect((await vault.request("POST", "secret/a/b", { body: { x: 1, ttl: "1h" } })).status).toBe(
    204,
  );
  const { body } = await vault.must("GET", "secret/a/b");
  expect(body.data).toEqual({ x: 1, ttl: "1h" });
  expect(body.lease_duration).toBe(3600);
  expect((await vault.must("LIST", "secret/a")).body.data.keys).toEqual(["b"]);
  expect((await vault.request("DELETE", "secret/a/b")).status).toBe(204);
  expect((await vault.request("GET", "secret/a/b")).status).toBe(404);
  expect((await vault.request("POST", "secret/a", { body: {} })).body.errors).toEqual([
    "missing data fields",
  ]);
});

test("version 1 becomes version 2 with its secrets", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/one", { body: { type: "kv" } });
  for (const path of ["a", "folder/b", "metadata/odd"])
    await vault.must("POST", `one/${path}`, { body: { is: path } });
  await vault.must("POST", "sys/mounts/one/tune", { body: { options: { version: "2" } } });
  for (const path of ["a", "folder/b", "metadata/odd"]) {
    const found = await vault.must("GET", `one/data/${path}`);
    expect(found.body.data).toMatchObject({ data: { is: path }, metadata: { version: 1 } });
  }
  expect((await vault.must("LIST", "one/metadata")).body.data.keys).toEqual([
    "a",
    "folder/",
    "metadata/",
  ]);
});

test("a negative number of versions keeps them all", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/kv", { body: { type: "kv-v2" } });
  await vault.must("POST", "kv/config", { body: { max_versions: -2 } });
  for (const n of [1, 2]) await vault.must("POST", "kv/data/a", { body: { data: { n } } });
  expect((await vault.must("GET", "kv/data/a?version=1")).body.data.data).toEqual({ n: 1 });
});
