import { goDuration } from "../../core/duration.ts";
import type { Route } from "../../routing/route.ts";
import { readKvConfig, writeKvConfig } from "./kv-config.ts";

export const configRoutes: readonly Route[] = [
  {
    path: "config",
    read: ({ view }) => {
      const config = readKvConfig(view);
      return {
        data: {
          ...config,
          delete_version_after: goDuration(config.delete_version_after),
        },
      };
    },
    write: ({ view, fields }) => {
      writeKvConfig(view, fields);
      return undefined;
    },
  },
];
