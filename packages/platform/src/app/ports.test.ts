import { expect, it } from "vitest";
import { portSpecs } from "../services/registry.ts";
import { chooseFreePorts, choosePorts } from "./ports.ts";

it("gives the defaults of the registry, no two alike", () => {
  expect(choosePorts({})["postgres"]).toEqual({ sql: 5432 });
});

it("refuses unknown instances and ports, and two that clash, all at once", () => {
  const [first] = Object.keys(portSpecs);
  expect(first).toBe("vault");
  try {
    choosePorts({ postgers: { sql: 1 }, postgres: { sq: 2 }, vault: { http: 5432 } });
    expect.unreachable();
  } catch (error) {
    const { message } = error as Error;
    expect(message).toContain('"postgers", did you mean "postgres"?');
    expect(message).toContain('"sq", did you mean "sql"?');
    expect(message).toContain("both have port 5432");
  }
});

it("finds free ports below 32768 that no other stack has", async () => {
  const first = await chooseFreePorts([]);
  const second = await chooseFreePorts([first]);
  const numbers = [first, second].flatMap((ports) =>
    Object.values(ports).flatMap((own) => Object.values(own)),
  );
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(Math.max(...numbers)).toBeLessThan(32_768);
});
