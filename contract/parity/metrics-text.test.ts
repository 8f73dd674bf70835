import { expect, it } from "vitest";
import { comparableFamilies, parseMetrics } from "./metrics-text.ts";

const text = String.raw`# HELP requests_total Requests, by "kind".
# TYPE requests_total counter
requests_total{method="GET",path="/a\"b,c"} 7
requests_total{method="POST",status="200"} 1e+3
# TYPE seconds histogram
seconds_bucket{le="0.1",path="/"} 1
seconds_bucket{le="+Inf",path="/"} 2
seconds_sum{path="/"} 0.5
seconds_count{path="/"} 2
# TYPE nodejs_heap gauge
nodejs_heap NaN
# TYPE unused_total counter
`;

it("reads families, their types and labels", () => {
  expect(Object.fromEntries(parseMetrics(text))).toEqual({
    requests_total: { type: "counter", labels: ["method", "path", "status"], samples: 2 },
    seconds: { type: "histogram", labels: ["path"], samples: 4 },
    nodejs_heap: { type: "gauge", labels: [], samples: 1 },
    unused_total: { type: "counter", labels: [], samples: 0 },
  });
});

it.each([
  ["# TYPE a counter\na 1", "the last line has no end"],
  ["stray 1\n", "of no family, or no sample: stray 1"],
  ["# TYPE a counter\na{b=c} 1\n", "no labels: a{b=c} 1"],
  ["# TYPE a counter\na one\n", "no number: a one"],
  ["<html>\n", "of no family, or no sample: <html>"],
])("refuses %j", (wrong, message) => {
  expect(() => parseMetrics(wrong)).toThrow(message);
});

it("leaves out families that may differ", () => {
  const left = comparableFamilies(parseMetrics(text), ["nodejs_*", "seconds"]);
  expect(Object.keys(left)).toEqual(["requests_total", "unused_total"]);
});
