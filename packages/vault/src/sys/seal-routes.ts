import type { CoreCall } from "../routing/engine.ts";
import type { Route } from "../routing/route.ts";

export const sealRoutes: readonly Route<CoreCall>[] = [
  {
    path: "seal",
    sudo: true,
    write: ({ core, tx }) => {
      tx.afterCommit(() => core.seal());
      return undefined;
    },
  },
  {
    path: "key-status",
    read: ({ core }) => {
      const { term, installed } = core.barrier.activeTerm;
      return { repeated: true, data: { term, install_time: installed } };
    },
  },
  {
    path: "rotate",
    sudo: true,
    write: async ({ core }) => {
      await core.seals.rotate();
      return undefined;
    },
  },
];
