import { writeFile } from "node:fs/promises";
import path from "node:path";
import { referenceApis } from "../services/reference-apis/apis.ts";
import { referenceApiFaults } from "../services/reference-apis/faults.ts";
import { eventually } from "../shared/eventually.ts";
import { askApi } from "./clients/api-client.ts";
import { administerRabbit, rabbitApplication } from "./clients/rabbitmq-client.ts";
import { askNode, rolesOf, viewOf } from "./clients/redis-client.ts";
import { selfSignedCertificate } from "./self-signed-certificate.ts";
import type { StackHandle } from "./stack-handle.ts";
import type { SuiteFault } from "./suite.ts";

const apis = referenceApis.map(({ name }) => name);

/** What is broken on purpose to show that the fourteen checks see it, on every API. */
export const apiFaults: readonly SuiteFault[] = [
  seam("api-behind-a-shell", 1),
  seam("api-nameless", 2),
  {
    name: "api-foreign-certificate",
    summary: "the APIs' certificates are replaced by some that no CA of the stack issued",
    turnsRed: ids(3),
    apply: replaceCertificates,
  },
  {
    name: "rabbitmq-frozen",
    summary: "the broker's virtual machine is stopped by SIGSTOP",
    turnsRed: ids(4, 14),
    apply: async (stack) => stack.signal("rabbitmq", "SIGSTOP"),
  },
  seam("api-cluster-mode-off", 5),
  {
    name: "redis-standalone-node",
    summary: "redis-6 runs without cluster mode",
    seam: "standalone-node",
    turnsRed: ids(6, 9),
  },
  {
    name: "redis-slot-dropped",
    summary: "a master drops one of its slots",
    turnsRed: ids(6, 7, 8),
    apply: dropSlot,
  },
  seam("api-numbers-as-texts", 8),
  seam("api-page-from-elsewhere", 10),
  seam("api-document-without-info", 11),
  {
    name: "api-own-entry-forbidden",
    summary: "the APIs' policies don't give them their own entries",
    turnsRed: ids(12),
    apply: forbidOwnEntries,
  },
  {
    name: "mysql-frozen",
    summary: "MySQL is stopped by SIGSTOP",
    turnsRed: ids(4, 13),
    apply: async (stack) => stack.signal("mysql", "SIGSTOP"),
  },
  {
    name: "rabbitmq-writing-forbidden",
    summary: "the application may declare and read, but not write",
    turnsRed: ids(14),
    apply: forbidWriting,
  },
];

function seam(name: string, ...numbers: readonly number[]): SuiteFault {
  const { summary = "" } = referenceApiFaults[name] ?? {};
  return { name, summary, seam: name, turnsRed: ids(...numbers) };
}

/** These checks of every API, in the order in which they run. */
function ids(...numbers: readonly number[]): readonly string[] {
  return apis.flatMap((api) =>
    numbers.map((number) => `api.${api}.${String(number).padStart(2, "0")}`),
  );
}

async function replaceCertificates(stack: StackHandle): Promise<void> {
  for (const api of apis) {
    const folder = path.join(stack.folders.run, api, "tls");
    const { certificate, key } = await selfSignedCertificate("localhost");
    // Written in place: the files stay the API's own, with their owner and mode.
    await writeFile(path.join(folder, "key.pem"), key);
    await writeFile(path.join(folder, "certificate.pem"), certificate);
    await eventually(
      async () => void (await askApi(stack, api, "/health/", { ca: certificate }, "https")),
      { deadlineMs: 20_000 },
    );
  }
}

async function dropSlot(stack: StackHandle): Promise<void> {
  const [master = ""] = (await rolesOf(stack)).masters;
  const { self } = await viewOf(stack, master);
  const slot = self.slots[0]?.start ?? -1;
  await askNode(stack, master, async (node) => node.call("CLUSTER", "DELSLOTS", slot));
}

async function forbidOwnEntries(stack: StackHandle): Promise<void> {
  const administrator = await stack.administrator();
  for (const api of apis) {
    const at = `sys/policies/acl/${api}-policy`;
    const text = String((await administrator.read(at))?.["policy"]);
    const rule = `path "secret/data/${api}" { capabilities = ["deny"] }`;
    await administrator.write(at, { policy: `${text}\n${rule}` });
  }
}

async function forbidWriting(stack: StackHandle): Promise<void> {
  const { user, vhost } = await rabbitApplication(stack);
  const at = `permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(user)}`;
  const permissions = { configure: ".*", write: "^$", read: ".*" };
  const { status } = await administerRabbit(stack, "PUT", at, permissions);
  if (status >= 300) throw new Error(`the management API answered PUT ${at} with ${status}`);
}
