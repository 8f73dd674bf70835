import { type TSchema, Type } from "typebox";
import type { Answer } from "../route.ts";
import { cachedHeaders, pageHeaders, usualHeaders } from "./headers.ts";

type Ok = Readonly<Record<200, Answer>>;

/** 200 with JSON of this shape. */
export function json(description: string, schema: TSchema, example?: unknown): Ok {
  const content = { schema, ...(example === undefined ? {} : { example }) };
  return {
    200: { description, headers: usualHeaders, content: { "application/json": content } },
  };
}

/** The same, kept by the response cache. */
export function cachedJson(description: string, schema: TSchema, example: unknown): Ok {
  return { 200: { ...json(description, schema, example)[200], headers: cachedHeaders } };
}

/** The same, which a browser may show by itself. */
export function jsonPage(description: string, schema: TSchema): Ok {
  return { 200: { ...json(description, schema)[200], headers: pageHeaders } };
}

/** 200 with a text of this type, which a browser may show by itself. */
export function page(description: string, contentType: string, example?: string): Ok {
  const content = { schema: Type.String(), ...(example === undefined ? {} : { example }) };
  return { 200: { description, headers: pageHeaders, content: { [contentType]: content } } };
}
