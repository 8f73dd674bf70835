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
          include: ["packages/*/src/**/*.test.ts"],
          exclude: ["packages/api-kit/**", "**/node_modules/**"],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: "unit-api",
          include: ["{packages/api-kit,apps/*}/src/**/*.test.ts", "contract/**/*.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          // Whole stacks, the network, other accounts: one after the other, so that they don't slow each other down.
          name: "integration",
          include: ["packages/*/test/**/*.test.ts", "launcher.test.ts"],
          exclude: ["packages/api-kit/**", "**/node_modules/**"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          // The reference APIs against one stack, started once for all of them.
          name: "integration-api",
          include: ["packages/api-kit/test/**/*.test.ts", "apps/*/test/**/*.test.ts"],
          globalSetup: ["packages/api-kit/test/shared-stack.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
    // Which sources a run is held to, its command says (packages/platform/src/app/test-packages.ts): the vault to what
    // its unit tests reach, the reference APIs to what all of theirs do; the rest of the product is run by whole stacks.
    coverage: {
      provider: "v8",
      exclude: ["**/*.test.ts", "packages/api-kit/src/fixtures/**"],
      reporter: ["text-summary"],
      reportsDirectory: "node_modules/.cache/coverage",
      thresholds: {
        "packages/vault/src/**/*.ts": { lines: 95 },
        "packages/vault/src/{barrier,seal,policy,tokens}/*.ts": { 100: true },
        "{packages/api-kit,apps/*}/src/**/*.ts": { lines: 95, branches: 90 },
      },
    },
  },
});
