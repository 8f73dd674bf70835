import type { Cluster } from "ioredis";

export interface SharedAnswer {
  readonly allowed: boolean;
  /** In the window of all processes, what was asked for included. */
  readonly total: number;
  /** Milliseconds since the oldest that counts. */
  readonly oldestAgeMs: number;
}

export interface SharedRequest {
  /** Window and client; all its keys lie in one slot. */
  readonly name: string;
  readonly windowMs: number;
  readonly limit: number;
  /** Whether one more is asked for. */
  readonly ask: boolean;
  /** What was let through before, by age in milliseconds. */
  readonly fold: readonly { readonly ageMs: number; readonly count: number }[];
}

/** The window that all processes of an application share; the time in it is Redis's own. */
export type SharedWindow = (request: SharedRequest) => Promise<SharedAnswer>;

// A member is "<count>:<unique>" at the millisecond in which it fell; the total is kept beside. Both keys carry the
// same hash tag. A lost total is counted anew.
const lua = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window, limit, ask = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local total = tonumber(redis.call('GET', KEYS[2]) or '')
if not total then
  total = 0
  for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    total = total + tonumber(string.match(member, '^%d+'))
  end
end
local function add(member, at, count)
  redis.call('ZADD', KEYS[1], at, count .. ':' .. member)
  total = total + count
end
for i = 5, #ARGV, 2 do
  add(ARGV[4] .. ':' .. i, now - ARGV[i], tonumber(ARGV[i + 1]))
end
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], '-inf', now - window, 'BYSCORE')) do
  total = total - tonumber(string.match(member, '^%d+'))
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local allowed = 0
if ask and total < limit then
  add(ARGV[4], now, 1)
  allowed = 1
end
redis.call('SET', KEYS[2], total, 'PX', window)
redis.call('PEXPIRE', KEYS[1], window)
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { allowed, total, oldest[2] and now - oldest[2] or 0 }
`;

/** To be given to the client when it is made: defined later, one that is gathering commands to send would not know it. */
export const windowScripts = { slidingWindow: { numberOfKeys: 2, lua } };

type Evaluate = (...args: (string | number)[]) => Promise<[number, number, number]>;

type UseCluster = <T>(call: (cluster: Cluster) => Promise<T>) => Promise<T>;

/** Both are the Redis backend's: it is asked by the first, and told by the second, for which nobody waits. */
export function createSharedWindow(asking: UseCluster, telling: UseCluster): SharedWindow {
  const process = crypto.randomUUID();
  let sequence = 0;
  return async ({ name, windowMs, limit, ask, fold }) =>
    (ask ? asking : telling)(async (cluster) => {
      const { slidingWindow } = cluster as unknown as { slidingWindow: Evaluate };
      const keys = [`ratelimit:{${name}}:requests`, `ratelimit:{${name}}:total`];
      const folded = fold.flatMap(({ ageMs, count }) => [ageMs, count]);
      const unique = `${process}:${sequence++}`;
      const [allowed, total, oldestAgeMs] = await slidingWindow.call(
        cluster,
        ...keys,
        windowMs,
        limit,
        ask ? 1 : 0,
        unique,
        ...folded,
      );
      return { allowed: allowed === 1, total, oldestAgeMs };
    });
}
