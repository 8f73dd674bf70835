import { expect, test } from "vitest";
import { decodeRequest } from "./decode-request.ts";
import type { ParsedRequest } from "./request-parser.ts";

function post(body: string, contentType = "application/x-www-form-urlencoded"): ParsedRequest {
  return {
    method: "POST",
    target: "/v1/a",
    headers: { "content-type": contentType },
    keepAlive: true,
    body: Buffer.from(body),
  };
}

test("a form of very many names takes time by their number, not by its square", () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `n${index}=1`);
  const { data } = decodeRequest(post(names.join("&")), "127.0.0.1");
  expect(Object.keys(data)).toHaveLength(100_000);
});

test("a name that a form has more than once has all its values", () => {
  expect(decodeRequest(post("a=1&b=2&a=3&__proto__=4&a="), "").data).toEqual(
    Object.fromEntries([
      ["a", "1,3,"],
      ["b", "2"],
      ["__proto__", "4"],
    ]),
  );
});
