import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BareApp, bareApp } from "../fixtures/bare-app.ts";

const name = { type: "string", minLength: 1, maxLength: 50, pattern: "^[a-zA-Z0-9_-]+$" };
const key = {
  type: "string",
  minLength: 1,
  maxLength: 200,
  pattern: "^[a-zA-Z0-9_:.-]+$",
  not: { enum: [".", ".."] },
};
const object = (properties: object, required: string[] = []) => ({
  type: "object",
  properties,
  required,
});

let bare: BareApp;
let reached: number;
beforeAll(() => {
  reached = 0;
  const handler = (): object => ({ reached: ++reached });
  bare = bareApp([
    { url: "/secret/:service_name", schema: { params: object({ service_name: name }) }, handler },
    { url: "/cache/:key", schema: { params: object({ key }) }, handler },
    {
      url: "/set",
      schema: {
        querystring: object(
          {
            value: { type: "string", maxLength: 10_000 },
            ttl: { type: "integer", minimum: 1, maximum: 86_400 },
          },
          ["value"],
        ),
      },
      handler,
    },
    {
      url: "/narrow",
      schema: {
        querystring: object({ share: { type: "number" }, deep: { type: "boolean" } }),
      },
      handler,
    },
    {
      method: "POST",
      url: "/typed",
      schema: {
        body: object({
          count: { type: "integer" },
          list: { type: "array", items: { type: "string" } },
        }),
      },
      handler,
    },
  ]);
});
afterAll(async () => bare[Symbol.asyncDispose]());

const faults = async (url: string): Promise<readonly Record<string, unknown>[]> => {
  const before = reached;
  const answer = await bare.app.inject(url);
  if (answer.statusCode === 200) return [];
  expect(answer.statusCode, url).toBe(422);
  expect(reached, "no handler was reached").toBe(before);
  return answer.json().details.validation_errors;
};

describe("names in a path", () => {
  it.each([
    ["a path upwards", "..%2f..%2fetc%2fpasswd"],
    ["one with backslashes", "..%5c..%5cetc"],
    ["a NUL byte", "postgres%00"],
    ["a line break", "postgres%0d%0aX-Injected:%201"],
    ["twice encoded", "%252e%252e%252f"],
    ["a blank within", "post%20gres"],
    ["letters that look alike", "p%D0%BEstgres"],
    ["full-width dots", "%EF%BC%8E%EF%BC%8E"],
    ["quotes and semicolons", "a'%3Bdrop%20table%20b"],
    ["a template", "%7B%7B7*7%7D%7D"],
    ["nothing but blanks", "%20%20"],
  ])("refuse %s", async (_what, path) => {
    const [fault] = await faults(`/secret/${path}`);
    expect(fault?.["loc"]).toEqual(["path", "service_name"]);
  });

  it("refuse one character more than there may be, and take as many", async () => {
    expect(await faults(`/secret/${"x".repeat(51)}`)).toMatchObject([{ type: "maxLength" }]);
    expect(await faults(`/secret/${"x".repeat(50)}`)).toEqual([]);
    expect(await faults(`/cache/${"x".repeat(201)}`)).toMatchObject([{ type: "maxLength" }]);
    expect(await faults(`/cache/${"x".repeat(200)}`)).toEqual([]);
  });

  it("measure a service's name without the blanks around it", async () => {
    expect(await faults(`/secret/%20${"x".repeat(50)}%20`)).toEqual([]);
  });

  it("refuse the folder itself and the one above, and take dots within", async () => {
    await bare.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = bare.app.server.address() as AddressInfo;
    for (const path of ["/cache/.", "/cache/%2e%2e"]) {
      // As it stands: whatever parses URLs would resolve it first.
      const status = await new Promise((resolve, reject) => {
        const request = http.get({ port, path, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.once("error", reject);
      });
      expect(status, path).toBe(422);
    }
    expect(await faults("/cache/a..b")).toEqual([]);
  });
});

describe("a query", () => {
  it("makes whole numbers of decimal digits", async () => {
    for (const ttl of ["60", "060"]) expect(await faults(`/set?value=x&ttl=${ttl}`)).toEqual([]);
    expect(await faults("/set?value=x&ttl=-5")).toMatchObject([{ type: "minimum", input: -5 }]);
  });

  it.each(["x", "", "1.5", "5.0", " 5 ", "+5", "0x10", "0b11", "1e2", "1_000", "NaN", "٣"])(
    "takes %j for no whole number, whatever JavaScript makes of it",
    async (ttl) => {
      expect(await faults(`/set?value=x&ttl=${encodeURIComponent(ttl)}`)).toEqual([
        { loc: ["query", "ttl"], msg: "is no integer", type: "type", input: ttl },
      ]);
    },
  );

  it("takes numbers and truth by their words alone", async () => {
    for (const query of ["share=0.5", "share=-2", "deep=true", "deep=false"])
      expect(await faults(`/narrow?${query}`), query).toEqual([]);
    for (const query of ["share=.5", "share=1e2", "share=", "deep=1", "deep=yes", "deep="])
      expect(await faults(`/narrow?${query}`), query).toMatchObject([{ type: "type" }]);
  });

  it("refuses a number that is given twice", async () => {
    expect(await faults("/set?value=x&ttl=5&ttl=5")).toMatchObject([
      { loc: ["query", "ttl"], msg: "is no integer", input: null },
    ]);
  });

  it("holds numbers to their bounds", async () => {
    expect(await faults("/set?value=x&ttl=0")).toEqual([
      { loc: ["query", "ttl"], msg: "is less than 1", type: "minimum", input: 0 },
    ]);
    expect(await faults("/set?value=x&ttl=86401")).toMatchObject([{ type: "maximum" }]);
  });

  it("lists every fault, each with its place", async () => {
    expect(await faults("/set?ttl=0")).toEqual([
      { loc: ["query", "value"], msg: "is missing", type: "required", input: null },
      { loc: ["query", "ttl"], msg: "is less than 1", type: "minimum", input: 0 },
    ]);
  });

  it("gives one value, not several", async () => {
    expect(await faults("/set?value=a&value=b")).toMatchObject([
      { loc: ["query", "value"], type: "type" },
    ]);
  });

  it("repeats no more of what was sent than helps", async () => {
    const [fault] = await faults(`/set?value=${"x".repeat(10_001)}`);
    expect(fault).toMatchObject({ type: "maxLength", msg: "is longer than 10000" });
    expect(String(fault?.["input"]).length).toBe(201);
  });
});

describe("a body", () => {
  const post = async (payload: object) =>
    (await bare.app.inject({ method: "POST", url: "/typed", payload })).json();

  it("is taken as it is: text is no number", async () => {
    expect((await post({ count: 1 })).reached).toBeGreaterThan(0);
    expect((await post({ count: "1" })).details.validation_errors).toMatchObject([
      { loc: ["body", "count"], type: "type", input: "1" },
    ]);
  });

  it("has places within lists and within names with slashes", async () => {
    expect((await post({ list: ["a", 2] })).details.validation_errors).toMatchObject([
      { loc: ["body", "list", "1"], type: "type", input: 2 },
    ]);
  });

  it("may not change what all objects share", async () => {
    const answer = await bare.app.inject({
      method: "POST",
      url: "/typed",
      headers: { "content-type": "application/json" },
      payload:
        '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    });
    expect(answer.statusCode).toBe(200);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
