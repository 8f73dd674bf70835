import { json } from "../answers/ok.ts";
import { whileBackendsFail } from "../answers/other-answers.ts";
import type { Route } from "../route.ts";
import { Collections, QueryResult } from "../schemas/examples.ts";

const tag = "databases";
const queried = {
  ...json("What it gave.", QueryResult, {
    database: "devdb",
    query: "SELECT current_timestamp",
    result: "2026-07-31T09:30:00.000Z",
  }),
  ...whileBackendsFail,
};

export const databaseRoutes: readonly Route[] = [
  {
    operationId: "queryPostgres",
    method: "GET",
    path: "/examples/database/postgres/query",
    tag,
    summary: "A query to PostgreSQL",
    answers: queried,
  },
  {
    operationId: "queryMysql",
    method: "GET",
    path: "/examples/database/mysql/query",
    tag,
    summary: "A query to MySQL",
    answers: queried,
  },
  {
    operationId: "queryMongodb",
    method: "GET",
    path: "/examples/database/mongodb/query",
    tag,
    summary: "The collections of the MongoDB database",
    answers: {
      ...json("Their names.", Collections, {
        database: "devdb",
        collections: ["orders"],
        count: 1,
      }),
      ...whileBackendsFail,
    },
  },
];
