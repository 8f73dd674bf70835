import { afterAll, beforeAll, expect, it } from "vitest";
import { type BareApp, bareApp } from "../fixtures/bare-app.ts";

let bare: BareApp;
beforeAll(() => {
  bare = bareApp([
    { url: "/docs", operationId: "getDocs" },
    { url: "/redoc", operationId: "getRedoc" },
    { url: "/metrics", operationId: "getMetrics" },
  ]);
});
afterAll(async () => bare[Symbol.asyncDispose]());

it.each(["/docs", "/redoc"])("%s lets nothing in but its own, and nobody frame it", async (url) => {
  const { body, headers } = await bare.app.inject(url);
  const policy = String(headers["content-security-policy"]).split("; ");
  expect(policy).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
    ]),
  );
  expect(policy.join(" ")).not.toMatch(/https?:|\*/);
  // The policy lets no script run that stands in the page.
  expect(body.match(/<script(?! src="\/docs\/assets\/[\w.-]+"><\/script>)/g)).toBeNull();
  expect(headers).toMatchObject({
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
});

it("lets a browser that shows the metrics load nothing at all", async () => {
  const { headers } = await bare.app.inject("/metrics");
  expect(headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(headers["x-content-type-options"]).toBe("nosniff");
});

it("serves no script that has a picture or another script come from elsewhere", async () => {
  for (const name of ["swagger-ui-bundle.js", "redoc.standalone.js"]) {
    const { body, headers } = await bare.app.inject(`/docs/assets/${name}`);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(body.length).toBeGreaterThan(500_000);
    expect(body.match(/\b(?:src|href):"https?:[^"]*\.(?:svg|png|js|css)"/g), name).toBeNull();
  }
});
