import { expect, it } from "vitest";
import type { UnitStatus } from "../supervisor/unit.ts";
import { criticalPath, criticalPathText } from "./critical-path.ts";

function unit(name: string, dependsOn: readonly string[], at: readonly number[]): UnitStatus {
  const [preparing = 0, starting = 0, settling = 0, ready = 0] = at;
  const timings = { waiting: 0, preparing, starting, settling, ready };
  return { name, state: "ready", dependsOn, members: [], timings };
}

const units = [
  unit("app", ["postgres", "redis"], [2600, 2610, 2900, 2950]),
  unit("postgres", ["vault"], [300, 400, 500, 600]),
  unit("redis", ["vault"], [300, 350, 600, 2590]),
  unit("vault", [], [0, 10, 200, 290]),
  unit("mysql", ["vault"], [300, 350, 600, 2700]),
];

it("goes from the last one that was ready to what it waited for longest", () => {
  expect(criticalPath(units).map(({ name }) => name)).toEqual(["vault", "redis", "app"]);
});

it("says how long each of them took for what, and what is left", () => {
  expect(criticalPathText(units, 3200)).toBe(
    "vault 290 ms (prepared 10, started 190, settled 90) → redis 2290 ms (prepared 50, started 250, settled 1990) → " +
      "app 350 ms (prepared 10, started 290, settled 50); 250 ms before and after; 3.20 s in all",
  );
});

it("leaves out what did not become ready", () => {
  const failed: UnitStatus = { ...unit("late", ["vault"], []), timings: { waiting: 0 } };
  expect(criticalPath([...units, failed]).at(-1)?.name).toBe("app");
  expect(criticalPathText([failed], 100)).toBe("nothing was started");
});

it("says since when processes run that were started ahead", () => {
  const early: UnitStatus = { ...unit("redis", ["vault"], [300, 350, 360, 2100]), foreseenAt: 40 };
  expect(criticalPathText([early], 2200)).toContain("settled 1740, running since 40 ms)");
});
