import { BlockList, isIPv4, isIPv6 } from "node:net";
import { Fault } from "../core/fault.ts";

interface Block {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

/** "10.0.0.0/8", or an address alone, which is a block of one; an IPv6 zone ("fe80::1%lo") is part of no block. */
function blockOf(text: string): Block | undefined {
  const slash = text.indexOf("/");
  const address = slash === -1 ? text : text.slice(0, slash);
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
  if (family === undefined || address.includes("%")) return undefined;
  const most = bitsOf(family);
  if (slash === -1) return { address, bits: most, family };
  const bits = text.slice(slash + 1);
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most
    ? { address, bits: Number(bits), family }
    : undefined;
}

function bitsOf(family: Block["family"]): number {
  return family === "ipv4" ? 32 : 128;
}

function parseCidr(text: string): Block {
  const block = blockOf(text);
  if (block === undefined)
    throw Fault.badRequest(`failed to validate CIDR blocks: invalid CIDR address: ${text}`);
  return block;
}

/** Throws a 400 fault for the first entry that is no CIDR. */
export function checkCidrs(cidrs: readonly string[]): void {
  for (const cidr of cidrs) parseCidr(cidr);
}

/** A block with its length: an address alone is none. */
export function isCidr(text: string): boolean {
  return text.includes("/") && blockOf(text) !== undefined;
}

/** Blocks that tokens are bound to, of which a block of one address is written as that address. */
export function addressBlocks(cidrs: readonly string[]): string[] {
  return cidrs.map((text) => {
    const block = blockOf(text);
    if (block === undefined) {
      const given = JSON.stringify(text);
      throw Fault.badRequest(
        `error parsing address ${given}: Unable to convert ${given} to an IPv4 or IPv6 address, or a UNIX Socket`,
      );
    }
    const { address, bits, family } = block;
    return bits === bitsOf(family) ? address : `${address}/${bits}`;
  });
}

/** Whether an address lies in one of the blocks; no blocks hold every address, and those of IPv6 none of IPv4. */
export function withinCidrs(address: string, cidrs: readonly string[]): boolean {
  if (cidrs.length === 0) return true;
  const plain = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  const family = isIPv4(plain) ? "ipv4" : "ipv6";
  const blocks = new BlockList();
  for (const block of cidrs.map(parseCidr))
    if (block.family === family) blocks.addSubnet(block.address, block.bits, family);
  return blocks.check(plain, family);
}

/** Whether each of the inner blocks lies within one of the outer ones; no outer blocks hold everything. */
export function cidrsWithin(inner: readonly string[], outer: readonly string[]): boolean {
  if (outer.length === 0) return true;
  return inner.every((text) => {
    const block = parseCidr(text);
    return outer.some((candidate) => {
      const around = parseCidr(candidate);
      return (
        around.family === block.family &&
        around.bits <= block.bits &&
        withinCidrs(block.address, [candidate])
      );
    });
  });
}
