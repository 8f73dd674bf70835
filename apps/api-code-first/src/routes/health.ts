import { cachedJson, json } from "../answers/ok.ts";
import { always, whenUnchanged } from "../answers/other-answers.ts";
import { ifNoneMatch } from "../parameters.ts";
import type { Route } from "../route.ts";
import {
  AllHealth,
  DatabaseHealth,
  Health,
  RabbitmqHealth,
  RedisHealth,
  VaultHealth,
} from "../schemas/health.ts";

const tag = "health";
const howItIs = "How it is.";

const vault = {
  status: "healthy",
  details: {
    status: "active",
    initialized: true,
    sealed: false,
    standby: false,
    version: "1.15.0",
  },
};
const postgres = { status: "healthy", version: "15.20", response_time_ms: 1.8 };
const rabbitmq = { status: "healthy", version: "3.10.8" };

const database = { ...json(howItIs, DatabaseHealth, postgres), ...always };

export const healthRoutes: readonly Route[] = [
  {
    operationId: "getHealth",
    method: "GET",
    path: "/health/",
    tag,
    summary: "Whether the application itself answers",
    description: "Touches nothing.",
    answers: { ...json("It does.", Health, { status: "ok" }), ...always },
  },
  {
    operationId: "getVaultHealth",
    method: "GET",
    path: "/health/vault",
    tag,
    summary: "Vault's health",
    answers: { ...json(howItIs, VaultHealth, vault), ...always },
  },
  {
    operationId: "getPostgresHealth",
    method: "GET",
    path: "/health/postgres",
    tag,
    summary: "PostgreSQL's health",
    answers: database,
  },
  {
    operationId: "getMysqlHealth",
    method: "GET",
    path: "/health/mysql",
    tag,
    summary: "MySQL's or MariaDB's health",
    answers: database,
  },
  {
    operationId: "getMongodbHealth",
    method: "GET",
    path: "/health/mongodb",
    tag,
    summary: "MongoDB's health",
    answers: database,
  },
  {
    operationId: "getRedisHealth",
    method: "GET",
    path: "/health/redis",
    tag,
    summary: "The Redis Cluster's health, node by node",
    answers: {
      ...json(
        "How it is. Degraded, when some of it can't be reached or slots are not served.",
        RedisHealth,
        {
          status: "healthy",
          cluster_enabled: true,
          cluster_state: "ok",
          total_nodes: 1,
          nodes: [
            {
              host: "127.0.0.1",
              port: 6379,
              status: "healthy",
              version: "7.0.15",
              role: "master",
              connected_clients: 7,
              used_memory_human: "2.61M",
            },
          ],
          replicas: [{ host: "127.0.0.1", port: 6382, status: "unhealthy" }],
        },
      ),
      ...always,
    },
  },
  {
    operationId: "getRabbitmqHealth",
    method: "GET",
    path: "/health/rabbitmq",
    tag,
    summary: "RabbitMQ's health",
    answers: { ...json(howItIs, RabbitmqHealth, rabbitmq), ...always },
  },
  {
    operationId: "getAllHealth",
    method: "GET",
    path: "/health/all",
    tag,
    summary: "The health of every dependency, all asked at the same time",
    description: "Kept for 30 s. Takes as long as the slowest one, 2 s at most.",
    parameters: [ifNoneMatch],
    answers: {
      ...cachedJson(
        "How they are. Degraded, when some are not healthy; unhealthy, when none is.",
        AllHealth,
        {
          status: "degraded",
          services: {
            vault,
            postgres,
            mysql: { status: "healthy", version: "10.11.19-MariaDB", response_time_ms: 2.4 },
            mongodb: { status: "unhealthy", error: "MongoDB did not answer in time." },
            redis: { status: "unhealthy", error: "Redis did not answer in time." },
            rabbitmq,
          },
        },
      ),
      ...whenUnchanged,
      ...always,
    },
  },
];
