import { Histogram, Counter, Registry } from "prom-client";
import { expect, it } from "vitest";
import { RequestMetrics } from "./request-metrics.ts";

it("says what prom-client would say of the same requests", async () => {
  const registry = new Registry();
  const counter = new Counter({
    name: "http_requests_total",
    help: "Requests answered.",
    labelNames: ["method", "endpoint", "status"],
    registers: [registry],
  });
  const histogram = new Histogram({
    name: "http_request_duration_seconds",
    help: "How long requests took.",
    labelNames: ["method", "endpoint"],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const own = new RequestMetrics();
  const requests = [
    ["GET", "/health/", 200, 0],
    ["GET", "/health/", 200, 0.001], // a bound belongs to what is below it
    ["GET", "/health/", 429, 0.0011],
    ["POST", '/a"b\\c', 200, 10],
    ["POST", '/a"b\\c', 504, 10.5],
  ] as const;
  for (const [method, endpoint, status, seconds] of requests) {
    own.route(method, endpoint, status).count(seconds);
    counter.inc({ method, endpoint, status: String(status) });
    histogram.observe({ method, endpoint }, seconds);
  }

  expect(linesOf(own.text())).toEqual(linesOf(await registry.metrics()));
});

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter(Boolean).toSorted();
}
