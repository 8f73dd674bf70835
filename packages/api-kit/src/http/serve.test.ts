import http from "node:http";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type BareApp, bareApp } from "../fixtures/bare-app.ts";
import { freePort } from "../fixtures/free-port.ts";
import { serve, type Serving } from "./serve.ts";

let port: number;
let bare: BareApp;
let serving: Serving;
let held: PromiseWithResolvers<void>;
let entered: PromiseWithResolvers<void>;

beforeEach(async () => {
  port = await freePort();
  held = Promise.withResolvers();
  entered = Promise.withResolvers();
  const hold = async (): Promise<object> => {
    entered.resolve();
    await held.promise;
    return { held: true };
  };
  bare = bareApp([{ url: "/held", handler: hold }], { HTTP_PORT: String(port) });
  serving = await serve(bare.app, bare.context);
});
afterEach(async () => {
  vi.useRealTimers();
  held.resolve();
  await serving.stop();
  await bare[Symbol.asyncDispose]();
});

/** What comes of one request that is answered when the test says so. */
async function askHeld(): Promise<number | string> {
  const request = http.get({ port, path: "/held", agent: false });
  return new Promise((resolve) => {
    request.once("response", (response) => resolve(response.resume().statusCode ?? 0));
    request.once("error", (error) => resolve((error as NodeJS.ErrnoException).code ?? ""));
  });
}

it("cuts off after ten seconds who is not answered by then, and not before", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const answer = askHeld();
  await entered.promise;
  const stopped = serving.stop();
  vi.advanceTimersByTime(9999);
  expect(await Promise.race([answer, "still open"])).toBe("still open");
  vi.advanceTimersByTime(1);
  expect(await answer).toBe("ECONNRESET");
  held.resolve();
  await stopped;
});

it("stops once, however often it is told, and every teller waits for the end", async () => {
  const answer = askHeld();
  await entered.promise;
  const closed = vi.spyOn(bare.context, "close");
  let told = 0;
  const ends = [serving.stop(), serving.stop()].map(async (end) => end.then(() => told++));
  await vi.waitUntil(() => !bare.app.server.listening);
  expect(told).toBe(0);
  held.resolve();
  expect(await answer).toBe(200);
  await Promise.all(ends);
  expect(closed).toHaveBeenCalledTimes(1);
  await expect(fetch(`http://127.0.0.1:${port}/held`)).rejects.toThrow("fetch failed");
});

it("leaves no listener for signals behind", async () => {
  const before = process.listenerCount("SIGTERM");
  await serving.stop();
  expect(process.listenerCount("SIGTERM")).toBe(before - 1);
});

it("says so where its port is taken", async () => {
  await using second = bareApp([], { HTTP_PORT: String(port) });
  await expect(serve(second.app, second.context)).rejects.toMatchObject({ code: "EADDRINUSE" });
});
