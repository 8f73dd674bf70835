import { holdsSlot, countSlots } from "../services/redis/cluster-view.ts";
import { keySlot, slotCount } from "../services/redis/key-slot.ts";
import { parseInfo } from "../services/redis/parse-info.ts";
import { eventually } from "../shared/eventually.ts";
import {
  askNode,
  redisCli,
  redisInstances,
  rolesOf,
  viewOf,
  withCluster,
} from "./clients/redis-client.ts";
import { redisClusterFaults, shardedKeys } from "./redis-cluster-faults.ts";
import { expectHealthyProcess, expectOwnCredentials } from "./service-checks.ts";
import { portOf, type StackHandle } from "./stack-handle.ts";
import type { CheckContext, Suite } from "./suite.ts";

export const redisClusterSuite: Suite = {
  name: "redis-cluster",
  summary: "Redis Cluster: nodes, slots, sharding, redirection, password, health",
  services: ["redis"],
  disruptive: false,
  checks: [
    {
      id: "redis-cluster.01",
      title: "the three named nodes and their replicas run, each replica linked to its master",
      fault: "replica-detached",
      run: async (context) => {
        const { stack, expect } = context;
        for (const instance of redisInstances) await expectHealthyProcess(context, instance);
        const { masters, replicas } = await rolesOf(stack);
        expect("nodes that are master or replica", [...masters, ...replicas].toSorted()).equals(
          redisInstances,
        );
        for (const instance of replicas) await expectLinkedReplica(context, instance);
      },
    },
    {
      id: "redis-cluster.02",
      title: "each answers an authenticated PING",
      fault: "ping-refused",
      run: async ({ stack, expect }) => {
        for (const instance of redisInstances) {
          const answer = await askNode(stack, instance, async (node) => node.ping());
          expect(`PING of ${instance}`, answer).equals("PONG");
        }
      },
    },
    {
      id: "redis-cluster.03",
      title: "cluster mode is on, on each",
      fault: "standalone-node",
      run: async ({ stack, expect }) => {
        for (const instance of redisInstances) {
          const info = await askNode(stack, instance, async (node) => node.info("cluster"));
          expect(`cluster_enabled of ${instance}`, parseInfo(info).get("cluster_enabled")).equals(
            "1",
          );
        }
      },
    },
    {
      id: "redis-cluster.04",
      title: "every node of the cluster says cluster_state:ok",
      fault: "masters-forgotten",
      run: async ({ stack, expect }) => {
        const { masters, replicas } = await rolesOf(stack);
        for (const instance of [...masters, ...replicas]) {
          const info = await clusterInfo(stack, instance);
          expect(`cluster_state of ${instance}`, info.get("cluster_state")).equals("ok");
        }
      },
    },
    {
      id: "redis-cluster.05",
      title: "16384 slots are assigned, by every master's count, and all of them are served",
      fault: "slot-dropped",
      run: async ({ stack, expect }) => {
        const { masters } = await rolesOf(stack);
        for (const instance of masters) {
          const info = await clusterInfo(stack, instance);
          for (const name of ["cluster_slots_assigned", "cluster_slots_ok"]) {
            expect(`${name} of ${instance}`, info.get(name)).equals(String(slotCount));
          }
        }
      },
    },
    {
      id: "redis-cluster.06",
      title: "there are three masters, as each of them sees it",
      fault: "fourth-master",
      run: async ({ stack, expect }) => {
        const { masters } = await rolesOf(stack);
        expect("masters that hold slots", masters.length).equals(3);
        for (const instance of masters) {
          const { nodes } = await viewOf(stack, instance);
          const seen = nodes.filter((node) => node.flags.includes("master"));
          expect(`masters that ${instance} sees`, seen.length).equals(3);
        }
      },
    },
    {
      id: "redis-cluster.07",
      title: "the slots are spread over the masters evenly, within 1 %",
      fault: "slots-uneven",
      run: async ({ stack, expect }) => {
        const { masters } = await rolesOf(stack);
        const share = slotCount / 3;
        for (const instance of masters) {
          const { self } = await viewOf(stack, instance);
          const count = countSlots(self.slots);
          expect(`slots of ${instance}`, count).satisfies(
            `${Math.ceil(share * 0.99)} to ${Math.floor(share * 1.01)}`,
            Math.abs(count - share) <= share / 100,
          );
        }
      },
    },
    {
      id: "redis-cluster.08",
      title: "keys shard: 1,000 keys land on all three masters and read back",
      fault: "reads-refused",
      run: expectSharding,
    },
    {
      id: "redis-cluster.09",
      title: "every node redirects to the key's master, and a cluster client follows MOVED",
      fault: "nameless-redirection",
      run: expectRedirection,
    },
    {
      id: "redis-cluster.10",
      title: "the password is the vault's, on each; a wrong one and none are refused",
      fault: "password-optional",
      run: expectPassword,
    },
    {
      id: "redis-cluster.11",
      title: "full health check: all nodes agree, none failing, no slot open, replicas in place",
      fault: "slot-left-open",
      run: expectHealthyCluster,
    },
    {
      id: "redis-cluster.12",
      title: "CLUSTER KEYSLOT equals the CRC16 worked out here",
      fault: "keyslot-refused",
      run: async ({ stack, expect }) => {
        const keys = [...trickyKeys, ...shardedKeys.slice(0, 50)];
        for (const instance of (await rolesOf(stack)).masters) {
          const seen = await askNode(stack, instance, async (node) =>
            Promise.all(keys.map(async (key) => [key, await node.cluster("KEYSLOT", key)])),
          );
          expect(`key slots by ${instance}`, seen).equals(keys.map((key) => [key, keySlot(key)]));
        }
      },
    },
  ],
  faults: redisClusterFaults,
};

/** Tags, empty ones, halves of one, bytes beyond ASCII. */
const trickyKeys: readonly string[] = [
  "123456789",
  "{user1000}.following",
  "foo{}{bar}",
  "foo{{bar}}zap",
  "foo{bar}{zap}",
  "a}b{c}",
  "ключ",
  " ",
  "{}",
  "}{",
];

async function clusterInfo(
  stack: StackHandle,
  instance: string,
): Promise<ReadonlyMap<string, string>> {
  return parseInfo(await askNode(stack, instance, async (node) => node.cluster("INFO")));
}

/** A replica reconnects within a second of its own start: it is given ten. */
async function expectLinkedReplica(
  { stack, expect }: CheckContext,
  instance: string,
): Promise<void> {
  const linked = async (): Promise<void> => {
    const info = parseInfo(
      await askNode(stack, instance, async (node) => node.info("replication")),
    );
    expect(`master_link_status of ${instance}`, info.get("master_link_status")).equals("up");
  };
  await eventually(linked, { deadlineMs: 10_000, intervalMs: 100 });
}

async function expectSharding({ stack, expect }: CheckContext): Promise<void> {
  const { masters } = await rolesOf(stack);
  await withCluster(stack, masters, async (cluster) => {
    try {
      await Promise.all(shardedKeys.map(async (key) => cluster.set(key, `value of ${key}`)));
      const values = await Promise.all(shardedKeys.map(async (key) => cluster.get(key)));
      const wrong = shardedKeys.filter((key, index) => values[index] !== `value of ${key}`);
      expect("keys that read back otherwise", wrong).equals([]);
      let found = 0;
      for (const instance of masters) {
        // Asked itself, each has its own keys alone and answers MOVED for the others.
        const answers = await askNode(stack, instance, async (node) =>
          Promise.allSettled(shardedKeys.map(async (key) => node.exists(key))),
        );
        const own = answers.filter((one) => one.status === "fulfilled" && one.value === 1).length;
        expect(`keys on ${instance}`, own).satisfies("at least one", own > 0);
        found += own;
      }
      expect("masters with keys", masters.length).equals(3);
      expect("keys on all masters", found).equals(shardedKeys.length);
    } finally {
      await Promise.allSettled(shardedKeys.map(async (key) => cluster.del(key)));
    }
  });
}

async function expectRedirection({ stack, expect }: CheckContext): Promise<void> {
  const { masters, replicas } = await rolesOf(stack);
  const slots = await Promise.all(
    masters.map(async (name) => [name, (await viewOf(stack, name)).self.slots] as const),
  );
  const counter = "devstack:suite:moved";
  const [owner = ""] = slots.find(([, held]) => holdsSlot(held, keySlot(counter))) ?? [];
  const asked = [...masters, ...replicas];
  try {
    for (const instance of asked.filter((name) => name !== owner)) {
      const single = askNode(stack, instance, async (node) => node.incr(counter));
      const target = `MOVED ${keySlot(counter)} 127.0.0.1:${portOf(stack, owner, "tls")}`;
      await expect.refusal(`INCR asked of ${instance}`, single, new RegExp(`^${target}$`));
    }
    for (const [index, instance] of asked.entries()) {
      const port = String(portOf(stack, instance, "tls"));
      const printed = await redisCli(stack, "-c", "-p", port, "INCR", counter);
      expect(`redis-cli -c INCR at ${instance}`, printed.trim()).equals(String(index + 1));
    }
  } finally {
    await askNode(stack, owner, async (node) => node.del(counter));
  }
}

async function expectPassword(context: CheckContext): Promise<void> {
  const { stack, expect } = context;
  await expectOwnCredentials(context, "redis", ["redis-1", "redis-2", "redis-3"]);
  const { password } = await stack.secret("redis-1");
  for (const path of ["redis-2", "redis-3"]) {
    const same = (await stack.secret(path))["password"] === password;
    expect(`secret/${path} holds the cluster's password`, same).equals(true);
  }
  for (const instance of redisInstances) {
    const whoAmI = async (login?: { password?: string }): Promise<unknown> =>
      askNode(stack, instance, async (node) => node.acl("WHOAMI"), login);
    expect(`user by the vault's password on ${instance}`, await whoAmI()).equals("default");
    const wrong = whoAmI({ password: `${password}x` });
    await expect.refusal(`a wrong password on ${instance}`, wrong, /^WRONGPASS/);
    await expect.refusal(`no password on ${instance}`, whoAmI({}), /^NOAUTH/);
  }
}

async function expectHealthyCluster(context: CheckContext): Promise<void> {
  const { stack, expect } = context;
  const maps = new Set<string>();
  for (const instance of redisInstances) {
    const { nodes } = await viewOf(stack, instance);
    expect(`nodes that ${instance} knows`, nodes.length).equals(redisInstances.length);
    for (const node of nodes) {
      const label = `${node.id} as ${instance} sees it:`;
      const bad = node.flags.filter((flag) => /fail|noaddr|handshake/.test(flag));
      expect(`${label} bad flags`, bad).equals([]);
      expect(`${label} slots that are being moved`, node.openSlots).equals([]);
      expect(`${label} linked`, node.linked).equals(true);
      if (node.slots.length === 0) continue;
      const followers = nodes.filter(({ master }) => master === node.id).length;
      expect(`${label} replicas`, followers).equals(1);
    }
    const map = nodes.map(({ id, master, slots }) => JSON.stringify([id, master, slots]));
    maps.add(map.toSorted().join());
  }
  expect("different maps of the cluster among its nodes", maps.size).equals(1);
  for (const instance of (await rolesOf(stack)).replicas) {
    await expectLinkedReplica(context, instance);
  }
  const first = portOf(stack, "redis-1", "tls");
  const printed = await redisCli(stack, "--cluster", "check", `127.0.0.1:${first}`);
  expect("redis-cli --cluster check", printed).matches(/All nodes agree about slots configuration/);
  expect("redis-cli --cluster check", printed).matches(/All 16384 slots covered/);
}
