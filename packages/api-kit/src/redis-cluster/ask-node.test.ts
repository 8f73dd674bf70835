import type { Cluster, Redis } from "ioredis";
import { expect, it } from "vitest";
import { askAnyNode } from "./ask-node.ts";

const node = (name: string, status: string): Redis => ({ name, status }) as unknown as Redis;
const clusterOf = (...nodes: readonly Redis[]): Cluster =>
  ({ nodes: () => nodes }) as unknown as Cluster;
const nameOf = (asked: Redis): string => (asked as unknown as { name: string }).name;

it("asks who is connected before who is not", async () => {
  const cluster = clusterOf(node("a", "connecting"), node("b", "ready"));
  expect(await askAnyNode(cluster, async (asked) => nameOf(asked))).toBe("b");
});

it("asks the next where one fails, each once", async () => {
  const cluster = clusterOf(node("a", "ready"), node("b", "end"), node("c", "ready"));
  const asked: string[] = [];
  const answer = await askAnyNode(cluster, async (one) => {
    asked.push(nameOf(one));
    if (one.status === "ready") throw new Error("lost");
    return "answer";
  });
  expect({ answer, asked }).toEqual({ answer: "answer", asked: ["a", "c", "b"] });
});

it("fails with the last node's fault, or for want of one", async () => {
  const cluster = clusterOf(node("a", "ready"), node("b", "ready"));
  const fail = async (one: Redis): Promise<never> => {
    throw new Error(`lost ${nameOf(one)}`);
  };
  await expect(askAnyNode(cluster, fail)).rejects.toThrow("lost b");
  await expect(askAnyNode(clusterOf(), fail)).rejects.toThrow("no node of the cluster");
});
