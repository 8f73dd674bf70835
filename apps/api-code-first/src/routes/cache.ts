import { json } from "../answers/ok.ts";
import { whenBodyIsWrong, whenInvalid, whileBackendsFail } from "../answers/other-answers.ts";
import { inPath, inQuery, optionalInQuery } from "../parameters.ts";
import type { Route } from "../route.ts";
import { CacheDeleted, CacheEntry, CacheSet } from "../schemas/examples.ts";
import { CacheKey, CacheTtl, CacheValue } from "../schemas/names.ts";

const tag = "cache";
const path = "/examples/cache/{key}";
const key = inPath("key", CacheKey);
const whenChanging = { ...whenBodyIsWrong, ...whenInvalid, ...whileBackendsFail };

export const cacheRoutes: readonly Route[] = [
  {
    operationId: "getCacheEntry",
    method: "GET",
    path,
    tag,
    summary: "What lies under a key",
    parameters: [key],
    answers: {
      ...json("The value and how long it will stay, also when there is none.", CacheEntry, {
        key: "session:42",
        value: "open",
        exists: true,
        ttl: 287,
      }),
      ...whenInvalid,
      ...whileBackendsFail,
    },
  },
  {
    operationId: "setCacheEntry",
    method: "POST",
    path,
    tag,
    summary: "Puts a value under a key",
    parameters: [
      key,
      inQuery("value", CacheValue),
      optionalInQuery("ttl", CacheTtl, "Without it the value stays."),
    ],
    answers: {
      ...json("It is there.", CacheSet, {
        key: "session:42",
        value: "open",
        ttl: 300,
        action: "set",
      }),
      ...whenChanging,
    },
  },
  {
    operationId: "deleteCacheEntry",
    method: "DELETE",
    path,
    tag,
    summary: "Takes away what lies under a key",
    parameters: [key],
    answers: {
      ...json("It is not there any more; `deleted` tells whether it was.", CacheDeleted, {
        key: "session:42",
        deleted: true,
        action: "delete",
      }),
      ...whenChanging,
    },
  },
];
