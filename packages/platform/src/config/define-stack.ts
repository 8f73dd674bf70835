import type { StackConfig } from "./parse-stack-config.ts";

/** Types a `devstack.config.ts`: `export default defineStack({ … })`. */
export function defineStack(config: StackConfig): StackConfig {
  return config;
}
