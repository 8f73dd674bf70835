import type { EngineRequirement } from "../../toolchain/engine.ts";

const node = { name: "node", versions: ">=24", required: ["node"] } as const;

/** They run on the Node that runs DevStack, from the checkout that it belongs to. */
export const checkoutEngine: EngineRequirement = {
  ...node,
  name: "reference-apis",
  sources: [
    {
      provider: "checkout",
      folders: ["apps", "packages/api-kit", "contract"],
      flavour: node,
    },
  ],
};
