import { readFileSync } from "node:fs";
import http from "node:http";
import pg from "pg";

// All of it comes from DevStack: PGHOST, PGPASSWORD, PGSSLMODE=verify-full … for the driver, the rest for us.
const { PORT, VAULT_ADDR, DEVSTACK_APPROLE_ROLE_ID_FILE, DEVSTACK_APPROLE_SECRET_ID_FILE } =
  process.env;
const database = new pg.Pool();
await database.query("create table if not exists visits (at timestamptz default now())");

/** Asks the vault, as this application once there is a token. */
async function vault(path: string, token?: string, body?: object): Promise<any> {
  const response = await fetch(`${VAULT_ADDR}/v1/${path}`, {
    method: body ? "POST" : "GET",
    ...(token ? { headers: { "X-Vault-Token": token } } : {}),
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return response.json();
}

const read = (file = ""): string => readFileSync(file, "utf8").trim();
const { auth } = await vault("auth/approle/login", undefined, {
  role_id: read(DEVSTACK_APPROLE_ROLE_ID_FILE),
  secret_id: read(DEVSTACK_APPROLE_SECRET_ID_FILE),
});

http
  .createServer(async (_, response) => {
    await database.query("insert into visits default values");
    const { rows } = await database.query("select count(*)::int as visits from visits");
    const secret = await vault("secret/data/postgres", auth.client_token);
    response.end(JSON.stringify({ ...rows[0], user: secret.data.data.user }));
  })
  .listen(Number(PORT), "127.0.0.1", () => console.log(`listening on ${PORT}`));
