// What a program does with node-vault, against the address and token that come in by stdin; prints what it saw.
"use strict";

async function main() {
  const { address, token } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  const open = (with_) => require("node-vault")({ apiVersion: "v1", endpoint: address, ...with_ });
  const vault = open({ token });
  const seen = {
    initialized: (await vault.initialized()).initialized,
    sealed: (await vault.status()).sealed,
  };
  await vault.mount({ mount_point: "kv", type: "kv", options: { version: 2 } });
  await vault.write("kv/data/app", { data: { a: "1" } });
  seen.read = (await vault.read("kv/data/app")).data.data;
  seen.listed = (await vault.list("kv/metadata")).data.keys;
  await vault.delete("kv/data/app");
  seen.deleted = await vault.read("kv/data/app").catch((error) => error.response.statusCode);
  await vault.addPolicy({
    name: "reader",
    rules: 'path "kv/data/*" { capabilities = ["read", "create"] }',
  });
  await vault.enableAuth({ mount_point: "approle", type: "approle" });
  await vault.addApproleRole({ role_name: "job", policies: "reader" });
  const { role_id } = (await vault.getApproleRoleId({ role_name: "job" })).data;
  const { secret_id } = (await vault.getApproleRoleSecret({ role_name: "job" })).data;
  const job = open({});
  const { auth } = await job.approleLogin({ role_id, secret_id });
  seen.policies = auth.policies;
  job.token = auth.client_token;
  await job.write("kv/data/other", { data: { b: "2" } });
  seen.forbidden = await job.delete("kv/data/other").catch((error) => error.response.statusCode);
  seen.renewed = (await job.tokenRenewSelf()).auth.renewable;
  await job.tokenRevokeSelf();
  seen.revoked = await job.read("kv/data/other").catch((error) => error.response.statusCode);
  process.stdout.write(JSON.stringify(seen));
}

void main();
