import { expect, it } from "vitest";
import { createSharedWindow, type SharedRequest } from "./shared-window.ts";

const request: SharedRequest = { name: "one", windowMs: 60_000, limit: 10, ask: true, fold: [] };

it("asks by the counted way, and tells by the one that opens no breaker", async () => {
  const ways: string[] = [];
  const way = (name: string) => async (): Promise<never> => {
    ways.push(name);
    throw new Error("away");
  };
  const shared = createSharedWindow(way("asking"), way("telling"));
  await expect(shared(request)).rejects.toThrow("away");
  await expect(shared({ ...request, ask: false })).rejects.toThrow("away");
  expect(ways).toEqual(["asking", "telling"]);
});
