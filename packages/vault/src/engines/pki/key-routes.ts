import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { formatSerial } from "./certificate.ts";
import { IssuerStore, storedKeyType, type StoredKey } from "./issuer-store.ts";
import { parsePrivateKey, publicKeyDer, subjectKeyId } from "./key-pair.ts";

function listKeys({ view }: Call): Answer {
  const store = new IssuerStore(view);
  const keys = store.keys();
  const info = keys.map((key) => [
    key.id,
    { is_default: key.id === store.defaultKeyId, key_name: key.name },
  ]);
  return {
    data: { keys: keys.map(({ id }) => id), key_info: Object.fromEntries(info) as unknown },
  };
}

function find({ view, params }: Call): StoredKey {
  const reference = params["key"] ?? "";
  const key = new IssuerStore(view).key(reference);
  if (key !== undefined) return key;
  throw Fault.internal(
    reference === "default"
      ? "no default key currently configured"
      : `unable to find PKI key for reference: ${reference}`,
  );
}

function describe(key: StoredKey): Record<string, unknown> {
  return { key_id: key.id, key_name: key.name, key_type: storedKeyType(key) };
}

export const keyRoutes: readonly Route[] = [
  { path: "keys", list: listKeys },
  {
    path: "key/:key",
    read: (call) => {
      const key = find(call);
      const skid = subjectKeyId(publicKeyDer(parsePrivateKey(key.pem))).toString("hex");
      return { data: { ...describe(key), subject_key_id: formatSerial(skid) } };
    },
    write: (call) => {
      const store = new IssuerStore(call.view);
      const key = find(call);
      const name = call.fields.string("key_name") ?? key.name;
      store.checkKeyName(name, key.id);
      const renamed = { ...key, name };
      store.saveKey(renamed);
      return { data: describe(renamed) };
    },
    delete: (call) => {
      const store = new IssuerStore(call.view);
      const key = store.key(call.params["key"] ?? "");
      if (key !== undefined) store.removeKey(key);
      return undefined;
    },
  },
  {
    path: "config/keys",
    read: ({ view }) => ({ data: { default: new IssuerStore(view).defaultKeyId } }),
    write: (call) => {
      const reference = call.fields.string("default") ?? "";
      const store = new IssuerStore(call.view);
      const key = store.key(reference);
      if (key === undefined) {
        throw Fault.badRequest(
          `Error resolving issuer reference: unable to find PKI key for reference: ${reference}`,
        );
      }
      store.setDefaultKey(key);
      return { data: { default: key.id } };
    },
  },
];
