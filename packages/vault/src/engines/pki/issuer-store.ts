import { randomUUID, type KeyObject } from "node:crypto";
import type { View } from "../../barrier/view.ts";
import { Fault } from "../../core/fault.ts";
import { isIssuedBy, readCa } from "./ca-certificate.ts";
import { parseCertificate, toPem } from "./certificate.ts";
import { keyTypeOf, parsePrivateKey, publicKeyDer } from "./key-pair.ts";

export interface StoredKey {
  readonly id: string;
  readonly name: string;
  /** PKCS #8. */
  readonly pem: string;
}

export interface Issuer {
  readonly id: string;
  readonly name: string;
  readonly certificate: string;
  /** Empty where the key lies elsewhere. */
  readonly keyId: string;
  readonly leaf_not_after_behavior: "err" | "truncate" | "permit";
}

/** An issuer that can sign: its certificate and its key. */
export interface Signer {
  readonly issuer: Issuer;
  readonly key: KeyObject;
  readonly certificate: Buffer;
  readonly subject: Buffer;
  readonly keyId: Buffer;
  readonly notAfter: Date;
}

const keys = "keys/";
const issuers = "issuers/";
const defaultIssuer = "config/default-issuer";
const defaultKey = "config/default-key";

/** A mount's CA certificates and keys; each is found by its id, its name, or as "default". */
export class IssuerStore {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  list(): Issuer[] {
    return this.#view
      .list(issuers)
      .map((id) => this.#read(id))
      .filter((issuer) => issuer !== undefined);
  }

  find(reference: string): Issuer | undefined {
    const id = reference === "default" ? this.defaultId : reference;
    return this.#read(id) ?? this.list().find(({ name }) => name !== "" && name === reference);
  }

  get defaultId(): string {
    return this.#view.get(defaultIssuer)?.toString() ?? "";
  }

  get defaultKeyId(): string {
    return this.#view.get(defaultKey)?.toString() ?? "";
  }

  setDefaultKey(key: StoredKey): void {
    this.#view.put(defaultKey, Buffer.from(key.id));
  }

  setDefault(reference: string): Issuer {
    if (reference === "" || reference === "default") {
      throw Fault.badRequest(
        "Invalid issuer specification; must be non-empty and can't be 'default'.",
      );
    }
    const issuer = this.find(reference);
    if (issuer === undefined) {
      throw Fault.badRequest(
        `Error resolving issuer reference: unable to find PKI issuer for reference: ${reference}`,
      );
    }
    this.#view.put(defaultIssuer, Buffer.from(issuer.id));
    return issuer;
  }

  save(issuer: Issuer): void {
    this.#view.writeJson(issuers + issuer.id, issuer);
  }

  remove(issuer: Issuer): void {
    this.#view.delete(issuers + issuer.id);
    if (this.defaultId === issuer.id) this.#view.delete(defaultIssuer);
  }

  /** Removes every issuer and key. */
  clear(): void {
    this.#view.clear(issuers);
    this.#view.clear(keys);
    this.#view.delete(defaultIssuer);
    this.#view.delete(defaultKey);
  }

  saveKey(key: StoredKey): void {
    this.#view.writeJson(keys + key.id, key);
  }

  removeKey(key: StoredKey): void {
    this.#view.delete(keys + key.id);
    if (this.defaultKeyId === key.id) this.#view.delete(defaultKey);
  }

  /** Throws a 400 fault for a name that another key has, or that is none. */
  checkKeyName(name: string, ownId = ""): void {
    checkName(
      "key",
      name,
      this.keys().some((key) => key.name === name && key.id !== ownId),
    );
  }

  /** The same for issuers. */
  checkIssuerName(name: string, ownId = ""): void {
    checkName(
      "issuer",
      name,
      this.list().some((issuer) => issuer.name === name && issuer.id !== ownId),
    );
  }

  addKey(key: KeyObject, name = ""): StoredKey {
    const same = this.keyOf(key);
    if (same !== undefined) return same;
    const pem = key.export({ type: "pkcs8", format: "pem" }).toString();
    const stored = { id: randomUUID(), name, pem };
    this.#view.writeJson(keys + stored.id, stored);
    if (this.#view.get(defaultKey) === undefined)
      this.#view.put(defaultKey, Buffer.from(stored.id));
    return stored;
  }

  /** The stored key with this public half. */
  keyOf(key: KeyObject): StoredKey | undefined {
    const wanted = publicKeyDer(key);
    return this.keys().find(({ pem }) => publicKeyDer(parsePrivateKey(pem)).equals(wanted));
  }

  keys(): StoredKey[] {
    return this.#view
      .list(keys)
      .map((id) => this.#view.readJson<StoredKey>(keys + id))
      .filter((key) => key !== undefined);
  }

  key(reference: string): StoredKey | undefined {
    const id = reference === "default" ? (this.#view.get(defaultKey)?.toString() ?? "") : reference;
    return (
      this.#view.readJson<StoredKey>(keys + id) ??
      this.keys().find(({ name }) => name !== "" && name === reference)
    );
  }

  /** Adds a CA certificate, found again when it is there already; the first becomes the default. */
  addIssuer(certificate: Buffer, name = ""): { issuer: Issuer; added: boolean } {
    const pem = toPem("CERTIFICATE", certificate);
    const known = this.list().find((issuer) => issuer.certificate === pem);
    if (known !== undefined) return { issuer: known, added: false };
    const key = this.keyOf(parseCertificate(certificate).publicKey);
    const issuer: Issuer = {
      id: randomUUID(),
      name,
      certificate: pem,
      keyId: key?.id ?? "",
      leaf_not_after_behavior: "err",
    };
    this.save(issuer);
    if (this.defaultId === "" && key !== undefined)
      this.#view.put(defaultIssuer, Buffer.from(issuer.id));
    return { issuer, added: true };
  }

  /** Throws a fault where there is no such issuer, or none with a key. */
  signer(reference: string): Signer {
    const issuer = this.find(reference);
    if (issuer === undefined) {
      throw Fault.internal(
        reference === "default"
          ? "could not fetch the CA certificate (was one set?): no default issuer currently configured"
          : `could not fetch the CA certificate (was one set?): unable to find PKI issuer for reference: ${reference}`,
      );
    }
    const stored = this.#view.readJson<StoredKey>(keys + issuer.keyId);
    if (stored === undefined) {
      throw Fault.badRequest(
        `unable to fetch corresponding key for issuer ${issuer.id}; unable to use this issuer for signing`,
      );
    }
    const { der, subject, keyId, notAfter } = readCa(issuer.certificate);
    return { issuer, key: parsePrivateKey(stored.pem), certificate: der, subject, keyId, notAfter };
  }

  /** The issuer's certificate and those above it that this mount knows, PEM. */
  chain(issuer: Issuer): string[] {
    const all = this.list();
    const chain = [issuer];
    for (let last: Issuer | undefined = issuer; last !== undefined;) {
      const { certificate }: Issuer = last;
      const above: Issuer | undefined = all.find(
        (candidate) =>
          !chain.some(({ id }) => id === candidate.id) &&
          isIssuedBy(certificate, candidate.certificate),
      );
      if (above !== undefined) chain.push(above);
      last = above;
    }
    return chain.map(({ certificate }) => certificate);
  }

  #read(id: string): Issuer | undefined {
    return id === "" ? undefined : this.#view.readJson<Issuer>(issuers + id);
  }
}

function checkName(kind: "key" | "issuer", name: string, taken: boolean): void {
  if (name === "") return;
  if (name === "default")
    throw Fault.badRequest(`reserved keyword 'default' can not be used as ${kind} name`);
  if (!/^\w(?:[\w.-]*\w)?$/.test(name))
    throw Fault.badRequest(`${kind} name contained invalid characters`);
  if (taken) throw Fault.badRequest(`${kind} name already in use`);
}

export function storedKeyType(stored: StoredKey): string {
  return keyTypeOf(parsePrivateKey(stored.pem)) ?? "unknown";
}
