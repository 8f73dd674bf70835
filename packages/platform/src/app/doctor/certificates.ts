import { X509Certificate } from "node:crypto";
import path from "node:path";
import { instancesOf } from "../../services/definition.ts";
import { definitions } from "../../services/registry.ts";
import { readFileIfPresent } from "../../shared/files.ts";
import { isFresh } from "../../vault/certificates.ts";
import { keyStoreOf } from "../key-store-of.ts";
import type { Stack } from "../stack.ts";
import { status } from "../status.ts";
import { defineCheck, type Found } from "./check.ts";

type Code = "DS_DOCTOR_CA_INVALID" | "DS_DOCTOR_CERTIFICATE_INVALID" | "DS_DOCTOR_CERTIFICATE_DUE";

export const certificates = defineCheck({
  name: "certificates",
  codes: {
    DS_DOCTOR_CA_INVALID: {
      severity: "error",
      why: "no client can verify a certificate that it issued",
    },
    DS_DOCTOR_CERTIFICATE_INVALID: {
      severity: "error",
      why: "clients that verify the service's certificate refuse it",
    },
    DS_DOCTOR_CERTIFICATE_DUE: {
      severity: "note",
      why: "a new one is issued by itself: within an hour while the service runs, else at its next start",
    },
  },
  examine: async ({ stack, nowMs }) => {
    const keyStore = keyStoreOf(stack);
    const chain = await readFileIfPresent(keyStore.caChainFile);
    const root = await readFileIfPresent(keyStore.caFile);
    if (chain === undefined && root === undefined) return []; // never started
    const fault = faultOf(chain, root, nowMs);
    if (fault !== undefined || chain === undefined)
      return [{ code: "DS_DOCTOR_CA_INVALID", what: `${keyStore.caChainFile}: ${fault}` }];
    const { instances } = await status(stack);
    const withCertificate = definitions
      .filter(({ certificate }) => certificate)
      .flatMap(instancesOf);
    const found = ["vault", ...withCertificate].map(async (instance) => {
      const isRunning = instances.some((one) => one.instance === instance && one.pid !== undefined);
      return examineLeaf(stack, instance, { chain, isRunning, nowMs });
    });
    return (await Promise.all(found)).flat();
  },
});

async function examineLeaf(
  stack: Stack,
  instance: string,
  {
    chain,
    isRunning,
    nowMs,
  }: { readonly chain: string; readonly isRunning: boolean; readonly nowMs: number },
): Promise<readonly Found<Code>[]> {
  const file = path.join(stack.folders.run, instance, "tls", "certificate.pem");
  const text = await readFileIfPresent(file);
  if (text === undefined || isFresh(text, chain, nowMs)) return [];
  const fault = faultOf(text, chain, nowMs);
  const command = `devstack restart ${instance}`;
  // One that is not in use is replaced before it is.
  if (fault !== undefined && isRunning)
    return [{ code: "DS_DOCTOR_CERTIFICATE_INVALID", what: `${file}: ${fault}`, command }];
  const what = `${file}: ${fault ?? "two thirds of its time are over"}`;
  return [{ code: "DS_DOCTOR_CERTIFICATE_DUE", what, command }];
}

/** What speaks against the first certificate of this text, issued by the first of the other's. */
function faultOf(
  text: string | undefined,
  issuer: string | undefined,
  nowMs: number,
): string | undefined {
  if (text === undefined || issuer === undefined) return "it is not there";
  try {
    const [certificate, authority] = [new X509Certificate(text), new X509Certificate(issuer)];
    const { validFrom, validTo } = certificate;
    for (const each of [certificate, authority]) {
      if (Date.parse(each.validTo) < nowMs) return `expired on ${each.validTo}`;
    }
    if (Date.parse(validFrom) > nowMs) return `not valid before ${validFrom}, until ${validTo}`;
    return certificate.verify(authority.publicKey) ? undefined : "was issued by another CA";
  } catch {
    return "is no certificate";
  }
}
