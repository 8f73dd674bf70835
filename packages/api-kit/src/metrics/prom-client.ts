import { createRequire } from "node:module";
import type * as promClient from "prom-client";

// Piece by piece: the package's own index loads what it tells of a process as well, and with that OpenTelemetry, which is
// more files than Fastify has. Nothing needs these before the metrics are asked for.
const require = createRequire(import.meta.url);
export const Counter = require("prom-client/lib/counter.js") as typeof promClient.Counter;
export const Gauge = require("prom-client/lib/gauge.js") as typeof promClient.Gauge;
export const Registry = require("prom-client/lib/registry.js") as typeof promClient.Registry;
