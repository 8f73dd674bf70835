import type pg from "pg";
import type { Cluster } from "ioredis";
import type { Logger } from "pino";
import { Backend, type BackendDriver } from "./backends/backend.ts";
import { backendTls } from "./backends/backend-tls.ts";
import { type Mongodb, mongodbDriver } from "./backends/mongodb.ts";
import { type Mysql, mysqlDriver } from "./backends/mysql.ts";
import { postgresDriver } from "./backends/postgres.ts";
import { type Broker, rabbitmqDriver } from "./backends/rabbitmq.ts";
import { redisDriver } from "./backends/redis.ts";
import {
  type BreakerListener,
  CircuitBreaker,
  dependencies,
  type Dependency,
} from "./breaker/circuit-breaker.ts";
import { ResponseCache } from "./cache/response-cache.ts";
import { RateLimiter } from "./limiter/rate-limiter.ts";
import { createSharedWindow, windowScripts } from "./limiter/shared-window.ts";
import { BufferedDestination } from "./logging/buffered-destination.ts";
import { createLogger } from "./logging/create-logger.ts";
import { ApiMetrics } from "./metrics/api-metrics.ts";
import type { Settings } from "./settings/read-settings.ts";
import { VaultClient } from "./vault-client/vault-client.ts";

/** The two implementations, by the name that tells their cache entries and rate windows apart. */
export type Implementation = "reference-api" | "contract-api";

export interface ContextOptions {
  readonly implementation: Implementation;
}

/** Everything that the operations and the middleware work with. Nothing connects before it is first used. */
export interface ApiContext extends AsyncDisposable {
  readonly settings: Settings;
  readonly implementation: Implementation;
  readonly logger: Logger;
  readonly metrics: ApiMetrics;
  readonly vault: VaultClient;
  readonly breakers: Readonly<Record<Dependency, CircuitBreaker>>;
  readonly postgres: Backend<pg.Pool>;
  readonly mysql: Backend<Mysql>;
  readonly mongodb: Backend<Mongodb>;
  readonly redis: Backend<Cluster>;
  readonly rabbitmq: Backend<Broker>;
  readonly cache: ResponseCache;
  readonly limiter: RateLimiter;
  /** The application sets it when it has one; `/openapi.json` serves it. */
  openapiDocument: unknown;
  close(): Promise<void>;
}

/** What the cache and the limiter wait for Redis, which they can do without. */
const asideTimeoutMs = 500;

export function createContext(settings: Settings, options: ContextOptions): ApiContext {
  const { implementation } = options;
  const destination = new BufferedDestination(1);
  const logger = createLogger(settings.logLevel, destination);
  const metrics = new ApiMetrics(implementation);
  const breakers = createBreakers(metrics.breakerListener, logger);
  const vault = VaultClient.create(settings.vault, logger);
  const tls = backendTls(settings);
  const backend = <Client>(driver: BackendDriver<Client>): Backend<Client> => {
    const made = new Backend(driver, breakers[driver.service], async (name, how) =>
      vault.credentials(name, how),
    );
    metrics.addPool(driver.service, () => made.connections());
    return made;
  };
  const redis = backend(redisDriver(settings.redisNodes, tls, windowScripts));
  const besides = async <T>(call: (cluster: Cluster) => Promise<T>): Promise<T> =>
    redis.useAside(call, asideTimeoutMs);
  const limiter = new RateLimiter({
    name: implementation,
    limits: settings.rateLimits,
    // What is only told is told again: a Redis that starts beside the application is not to be left alone for it.
    shared: createSharedWindow(besides, async (call) => redis.useUncounted(call, asideTimeoutMs)),
  });
  const backends = {
    postgres: backend(postgresDriver(settings.postgres, tls)),
    mysql: backend(mysqlDriver(settings.mysql, tls)),
    mongodb: backend(mongodbDriver(settings.mongodb, tls)),
    redis,
    rabbitmq: backend(rabbitmqDriver(settings.rabbitmq, tls)),
  };
  const close = async (): Promise<void> => {
    limiter[Symbol.dispose]();
    await Promise.all(Object.values(backends).map(async (one) => one.close()));
    vault[Symbol.dispose]();
    destination.close();
  };
  return {
    settings,
    implementation,
    logger,
    metrics,
    vault,
    breakers,
    ...backends,
    cache: new ResponseCache(besides, implementation, metrics.cacheCounts),
    limiter,
    openapiDocument: undefined,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createBreakers(
  counts: BreakerListener,
  logger: Logger,
): Readonly<Record<Dependency, CircuitBreaker>> {
  const listener: BreakerListener = {
    failed: (service) => counts.failed(service),
    changed: (service, state) => {
      counts.changed(service, state);
      logger.warn({ service, state }, "a circuit breaker changed");
    },
  };
  return Object.fromEntries(
    dependencies.map((service) => [service, new CircuitBreaker(service, listener)]),
  ) as unknown as Readonly<Record<Dependency, CircuitBreaker>>;
}
