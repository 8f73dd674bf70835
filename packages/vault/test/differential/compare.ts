import { isDeepStrictEqual } from "node:util";
import { setTimeout } from "node:timers/promises";
import { isObject } from "../../src/core/fields.ts";
import { masked } from "./mask.ts";
import type { Peer, PeerReply } from "./peer.ts";
import type { Section, Step } from "./step.ts";

export interface Difference {
  readonly section: string;
  /** "POST auth/token/create {…}", cut short. */
  readonly request: string;
  /** "status", "content type", or the way in the body. */
  readonly where: string;
  readonly ours: string;
  readonly reference: string;
}

const absent = Symbol("absent");
/** Seconds that may have gone by between two answers, in what counts down. */
const countdowns = /(^|\.)(ttl|lease_duration|secret_id_ttl|lifetime)$/;
const shownLength = 300;

/** Sends each step to both, one after the other, and tells what differs in the answers. */
export async function compareSection(
  section: Section,
  ours: Peer,
  reference: Peer,
): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const step of section.steps) {
    const own = await ours.send(step);
    let other = await reference.send(step);
    for (let tries = 0; step.settles && other.status !== own.status && tries < 100; tries += 1) {
      await setTimeout(20);
      other = await reference.send(step);
    }
    const request = describeStep(step);
    for (const { where, ...values } of differing(step, own, other))
      found.push({ section: section.name, request, where, ...values });
  }
  return found;
}

function describeStep({ method, path, body }: Step): string {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return `${method} ${path} ${text}`.trim().slice(0, 200);
}

type Found = Omit<Difference, "section" | "request">;

function differing(step: Step, own: PeerReply, other: PeerReply): Found[] {
  // Different outcomes are one difference, however much their bodies differ.
  if (own.status !== other.status)
    return [{ where: "status", ours: outcome(own), reference: outcome(other) }];
  const found: Found[] = [];
  if (own.contentType !== other.contentType)
    found.push({ where: "content type", ours: own.contentType, reference: other.contentType });
  found.push(...inBody("headers", own.headers, other.headers));
  found.push(...inBody("", masked(own.body), masked(other.body)));
  const within = ({ where }: Found, ways: readonly string[]): boolean =>
    ways.some((way) => where === way || where.startsWith(`${way}.`));
  return found.filter(
    (one) => !within(one, step.ignore ?? []) && (step.only === undefined || within(one, step.only)),
  );
}

function outcome({ status, body }: PeerReply): string {
  const errors = isObject(body) ? masked(body["errors"]) : undefined;
  return errors === undefined ? String(status) : `${status} ${shown(errors)}`;
}

function inBody(way: string, own: unknown, other: unknown): Found[] {
  if (isObject(own) && isObject(other)) {
    const keys = [...new Set([...Object.keys(own), ...Object.keys(other)])].toSorted();
    return keys.flatMap((key) =>
      inBody(
        way === "" ? key : `${way}.${key}`,
        key in own ? own[key] : absent,
        key in other ? other[key] : absent,
      ),
    );
  }
  if (isDeepStrictEqual(own, other)) return [];
  if (
    countdowns.test(way) &&
    typeof own === "number" &&
    typeof other === "number" &&
    Math.abs(own - other) <= 2
  )
    return [];
  return [{ where: way === "" ? "body" : way, ours: shown(own), reference: shown(other) }];
}

function shown(value: unknown): string {
  return value === absent ? "(absent)" : String(JSON.stringify(value)).slice(0, shownLength);
}
