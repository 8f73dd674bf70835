import type { ApiAnswer } from "./clients/api-client.ts";
import type { CheckContext } from "./suite.ts";

type Fields = Readonly<Record<string, unknown>>;

interface Node extends Fields {
  readonly node_id?: unknown;
  readonly master_id?: unknown;
  readonly role?: unknown;
  readonly slots_count?: unknown;
}

/** Gives their ids. */
export function expectMasters(
  { expect }: CheckContext,
  json: Fields | undefined,
): readonly string[] {
  const masters = nodesIn(json?.["nodes"]);
  expect("total_nodes", json?.["total_nodes"]).equals(3);
  expect(
    "roles",
    masters.map(({ role }) => role),
  ).equals(["master", "master", "master"]);
  const ids = masters.map(({ node_id: id }) => String(id));
  expect("ids", ids).satisfies(
    "three of forty hex digits",
    new Set(ids).size === 3 && ids.every(isId),
  );
  const slots = masters.reduce((sum, one) => sum + Number(one.slots_count), 0);
  expect("slots of all masters", slots).equals(16_384);
  return ids;
}

/** Each names a master; each master is named once. */
export function expectReplicas(
  { expect }: CheckContext,
  json: Fields | undefined,
  masters: readonly string[],
): void {
  const replicas = nodesIn(json?.["replicas"]);
  const named = replicas.map(({ master_id: id }) => String(id));
  expect("masters of the replicas", named.toSorted()).equals(masters.toSorted());
}

interface SlotRange {
  readonly start_slot: number;
  readonly end_slot: number;
  readonly master?: { readonly port?: number };
}

/** Every slot is in one range, and every range has a master. */
export function expectSlots({ expect }: CheckContext, distribution: unknown): void {
  const ranges = (Array.isArray(distribution) ? distribution : []) as readonly SlotRange[];
  const held = Array.from({ length: 16_384 }, () => 0);
  for (const { start_slot: start, end_slot: end } of ranges)
    for (let slot = start; slot <= end; slot += 1) held[slot] = (held[slot] ?? 0) + 1;
  expect("slots in no range, or in two", held.filter((count) => count !== 1).length).equals(0);
  const nameless = ranges.filter(({ master }) => typeof master?.port !== "number");
  expect("ranges without a master", nameless).equals([]);
}

/** A page of HTML: all that it loads comes from the API itself, and is there. */
export async function expectOwnPage(
  { expect }: CheckContext,
  page: string,
  get: (at: string) => Promise<ApiAnswer>,
): Promise<void> {
  const { headers, text } = await get(page);
  expect(`type of ${page}`, headers["content-type"]).matches(/^text\/html/);
  const loaded = [...text.matchAll(/<(?:script|link|img)\b[^>]*?\b(?:src|href)="([^"]+)"/g)];
  const places = loaded
    .map(([, place = ""]) => place)
    .filter((place) => !place.startsWith("data:"));
  expect(`scripts and styles of ${page}`, places.length).satisfies(
    "at least one",
    places.length > 0,
  );
  for (const place of places) {
    const at = new URL(place, `http://api.invalid${page}`);
    expect(`what ${page} loads`, place).satisfies("the API's own", at.host === "api.invalid");
    const { text: content } = await get(at.pathname);
    expect(`length of ${place}`, content.length).satisfies("more than 0", content.length > 0);
  }
}

function nodesIn(value: unknown): readonly Node[] {
  return Array.isArray(value) ? (value as readonly Node[]) : [];
}

function isId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}
