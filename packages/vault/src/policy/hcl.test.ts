import { expect, test } from "vitest";
import { parseHcl } from "./hcl.ts";

test("very many lines take time by their number, not by its square", () => {
  const { items } = parseHcl("a = 1\n".repeat(300_000));
  expect(items).toHaveLength(300_000);
  expect(items.at(-1)?.line).toBe(300_000);
});
