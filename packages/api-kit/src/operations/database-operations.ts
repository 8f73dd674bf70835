import type { ApiContext } from "../context.ts";

const query = "SELECT 1 AS value, CURRENT_TIMESTAMP AS now";

export async function queryPostgres({ postgres }: ApiContext) {
  const { rows } = await postgres.use(async (pool) => pool.query<Row>(query));
  return { database: "postgres", query, result: rows.map(resultOf) };
}

export async function queryMysql({ mysql }: ApiContext) {
  const [rows] = await mysql.use(async ({ pool }) => pool.query({ sql: query, timeout: 5000 }));
  return { database: "mysql", query, result: (rows as Row[]).map(resultOf) };
}

export async function queryMongodb({ mongodb }: ApiContext) {
  const collections = await mongodb.use(async ({ database }) => {
    const listed = await database.listCollections({}, { nameOnly: true }).toArray();
    return listed.map(({ name }) => name).toSorted();
  });
  return { database: "mongodb", collections, count: collections.length };
}

interface Row {
  readonly value: number;
  readonly now: Date;
}

function resultOf({ value, now }: Row) {
  return { value, now: now.toISOString() };
}
