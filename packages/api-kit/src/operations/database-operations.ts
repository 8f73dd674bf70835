import type { ApiContext } from "../context.ts";

const query = "SELECT current_timestamp AS now";

interface Row {
  readonly now: Date;
}

export async function queryPostgres({ postgres }: ApiContext) {
  return postgres.use(async (pool) => {
    const { rows } = await pool.query<Row>(query);
    return answer(pool.options.database, rows);
  });
}

export async function queryMysql({ mysql }: ApiContext) {
  return mysql.use(async ({ pool, database }) => {
    const [rows] = await pool.query({ sql: query, timeout: 5000 });
    return answer(database, rows as Row[]);
  });
}

export async function queryMongodb({ mongodb }: ApiContext) {
  return mongodb.use(async ({ database }) => {
    const listed = await database.listCollections({}, { nameOnly: true }).toArray();
    const collections = listed.map(({ name }) => name).toSorted();
    return { database: database.databaseName, collections, count: collections.length };
  });
}

function answer(database: string | undefined, rows: readonly Row[]) {
  return { database, query, result: rows[0]?.now.toISOString() };
}
