import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Tests start real processes; a retry would hide what only happens sometimes.
    retry: 0,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{packages,apps}/*/src/**/*.test.ts", "contract/**/*.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          // Whole stacks, the network, other accounts: one after the other, so that they don't slow each other down.
          name: "integration",
          include: ["{packages,apps}/*/test/**/*.test.ts", "launcher.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["{packages,apps}/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/fixtures/**"],
      reporter: ["text-summary", "html"],
    },
  },
});
