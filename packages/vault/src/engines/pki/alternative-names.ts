import { isIPv4 } from "node:net";
import { ia5Bytes, implicit, sequence } from "./der.ts";
import type { DerElement } from "./der-element.ts";

/** The kinds of subject alternative names that certificates here carry. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly email: readonly string[];
  readonly ip: readonly string[];
  readonly uri: readonly string[];
}

export const noNames: AlternativeNames = { dns: [], email: [], ip: [], uri: [] };

const kinds = { email: 1, dns: 2, uri: 6, ip: 7 } as const;

export function encodeNames({ dns, email, ip, uri }: AlternativeNames): Buffer {
  return sequence(
    ...dns.map((name) => implicit(kinds.dns, ia5Bytes(name))),
    ...email.map((name) => implicit(kinds.email, ia5Bytes(name))),
    ...ip.map((address) => implicit(kinds.ip, addressBytes(address))),
    ...uri.map((name) => implicit(kinds.uri, ia5Bytes(name))),
  );
}

export function decodeNames(names: DerElement): AlternativeNames {
  const found = {
    dns: [] as string[],
    email: [] as string[],
    ip: [] as string[],
    uri: [] as string[],
  };
  for (const { tag, content } of names.children()) {
    const kind = tag & 0x1f;
    if (kind === kinds.dns) found.dns.push(content.toString("latin1"));
    else if (kind === kinds.email) found.email.push(content.toString("latin1"));
    else if (kind === kinds.uri) found.uri.push(content.toString("latin1"));
    else if (kind === kinds.ip) found.ip.push(addressText(content));
  }
  return found;
}

/** 4 or 16 bytes; the address must be one. */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const v4 = dotted?.[2] === undefined ? undefined : addressBytes(dotted[2]).toString("hex");
  const text = v4 === undefined ? address : `${dotted?.[1] ?? ""}${v4.slice(0, 4)}:${v4.slice(4)}`;
  const [head = "", tail] = text.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return Buffer.from(
    [...left, ...gap, ...right].map((group) => group.padStart(4, "0")).join(""),
    "hex",
  );
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join(".");
  return (bytes.toString("hex").match(/.{4}/g) ?? []).join(":");
}
