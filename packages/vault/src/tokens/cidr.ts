import { BlockList, isIPv4, isIPv6 } from "node:net";
import { Fault } from "../core/fault.ts";

/** Address and prefix length of "10.0.0.0/8", "::1" or a bare IPv4 address; throws a 400 fault. */
function parseCidr(
  text: string,
  refusal = (given: string): string =>
    `failed to validate CIDR blocks: invalid CIDR address: ${given.slice(1, -1)}`,
): { address: string; bits: number; family: "ipv4" | "ipv6" } {
  const slash = text.indexOf("/");
  const address = slash === -1 ? text : text.slice(0, slash);
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
  const most = family === "ipv4" ? 32 : 128;
  const bits = slash === -1 ? most : Number(/^\d{1,3}$/.exec(text.slice(slash + 1))?.[0] ?? -1);
  if (family === undefined || bits < 0 || bits > most) {
    throw Fault.badRequest(refusal(JSON.stringify(text)));
  }
  return { address, bits, family };
}

/** Throws a 400 fault for the first entry that is no CIDR. */
export function checkCidrs(cidrs: readonly string[]): void {
  for (const cidr of cidrs) parseCidr(cidr);
}

export function isCidr(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  return more.length === 0 && bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

/** Blocks that tokens are bound to, of which a block of one address is written as that address. */
export function addressBlocks(cidrs: readonly string[]): string[] {
  return cidrs.map((text) => {
    const { address, bits, family } = parseCidr(
      text,
      (given) =>
        `error parsing address ${given}: Unable to convert ${given} to an IPv4 or IPv6 address, or a UNIX Socket`,
    );
    return bits === (family === "ipv4" ? 32 : 128) ? address : `${address}/${bits}`;
  });
}

/** Whether an address lies in one of the blocks; no blocks hold every address. */
export function withinCidrs(address: string, cidrs: readonly string[]): boolean {
  if (cidrs.length === 0) return true;
  const blocks = new BlockList();
  for (const cidr of cidrs) {
    const block = parseCidr(cidr);
    blocks.addSubnet(block.address, block.bits, block.family);
  }
  const plain = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return isIPv4(plain) ? blocks.check(plain, "ipv4") : isIPv6(plain) && blocks.check(plain, "ipv6");
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
