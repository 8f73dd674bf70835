import { defineConfig } from "vitest/config";

/** Each folder is judged by the tests that lie in these folders: what others notice by the way does not count. */
export default defineConfig({
  test: {
    include: ["packages/vault/src/{barrier,seal,policy,tokens}/*.test.ts"],
    testTimeout: 30_000,
  },
});
