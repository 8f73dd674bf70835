import { isUtf8 } from "node:buffer";
import { ValidationError } from "../errors/api-errors.ts";

/** Levels. A body of brackets alone holds up a process for seconds, and breaks whatever walks through it. */
const deepest = 100;

/** Undefined where there is nothing. Throws a ValidationError. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw bodyFault("is not UTF-8", "encoding");
  if (isTooDeep(bytes)) throw bodyFault(`is nested deeper than ${deepest}`, "nesting");
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw bodyFault("is no JSON", "json");
  }
}

const [quote, backslash, openList, closeList, openObject, closeObject] = Buffer.from('"\\[]{}');

function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) inText = !inText;
    else if (inText) {
      if (byte === backslash) at++;
    } else if (byte === openList || byte === openObject) {
      if (++depth > deepest) return true;
    } else if (byte === closeList || byte === closeObject) depth--;
  }
  return false;
}

function bodyFault(msg: string, type: string): ValidationError {
  return new ValidationError([{ loc: ["body"], msg, type, input: null }]);
}
