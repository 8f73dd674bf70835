import { expect, it } from "vitest";
import { isHashOf } from "./password-hash.ts";

// The worked example of RabbitMQ's own guide: password "test12", salt 908DC60A.
const kept = "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR";

it("knows the password that RabbitMQ's guide hashes, and no other", () => {
  expect(isHashOf(kept, "test12")).toBe(true);
  expect(isHashOf(kept, "test13")).toBe(false);
  expect(isHashOf("", "test12")).toBe(false);
});
