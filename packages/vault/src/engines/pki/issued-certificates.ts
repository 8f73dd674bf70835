import type { View } from "../../barrier/view.ts";
import { formatSerial } from "./certificate.ts";

export interface Revocation {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly issuerId: string;
}

const certificates = "certs/";
const revocations = "revoked/";

/** "1a:2b", "1a-2b" and "1A2B" are one number; undefined when it is none. */
export function parseSerial(text: string): string | undefined {
  const digits = text.trim().toLowerCase().replaceAll(/[:-]/g, "");
  return /^[0-9a-f]{1,64}$/.test(digits) ? formatSerial(digits) : undefined;
}

/** What a mount has issued and stored, by serial number in the form "1a:2b". */
export class IssuedCertificates {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  save(serial: string, der: Buffer): void {
    this.#view.put(certificates + serial, der);
  }

  read(serial: string): Buffer | undefined {
    return this.#view.get(certificates + serial);
  }

  list(): string[] {
    return this.#view.list(certificates);
  }

  remove(serial: string): void {
    this.#view.delete(certificates + serial);
    this.#view.delete(revocations + serial);
  }

  revocation(serial: string): Revocation | undefined {
    return this.#view.readJson<Revocation>(revocations + serial);
  }

  revoke(serial: string, revocation: Revocation): void {
    this.#view.writeJson(revocations + serial, revocation);
  }

  listRevoked(): string[] {
    return this.#view.list(revocations);
  }
}
