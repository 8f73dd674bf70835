import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { IssuerStore, storedKeyType, type Issuer } from "./issuer-store.ts";
import { readUrls, writeUrls } from "./url-config.ts";

function describe(store: IssuerStore, issuer: Issuer): Record<string, unknown> {
  return {
    ca_chain: store.chain(issuer),
    certificate: issuer.certificate,
    issuer_id: issuer.id,
    issuer_name: issuer.name,
    key_id: issuer.keyId,
    leaf_not_after_behavior: issuer.leaf_not_after_behavior,
    revoked: false,
  };
}

function find(call: Call): { store: IssuerStore; issuer: Issuer } {
  const store = new IssuerStore(call.view);
  const reference = call.params["issuer"] ?? "";
  const issuer = store.find(reference);
  if (issuer === undefined)
    throw Fault.internal(`unable to find PKI issuer for reference: ${reference}`);
  return { store, issuer };
}

const behaviours = ["err", "truncate", "permit"] as const;

function change(call: Call): Answer {
  const { store, issuer } = find(call);
  const name = call.fields.string("issuer_name") ?? issuer.name;
  const asked = call.fields.string("leaf_not_after_behavior") ?? issuer.leaf_not_after_behavior;
  const behaviour = behaviours.find((known) => known === asked);
  if (behaviour === undefined)
    throw Fault.badRequest("Unknown value for field `leaf_not_after_behavior`");
  if (name !== "" && store.list().some((other) => other.id !== issuer.id && other.name === name)) {
    throw Fault.badRequest("issuer name already in use");
  }
  const changed = { ...issuer, name, leaf_not_after_behavior: behaviour };
  store.save(changed);
  return { data: describe(store, changed) };
}

function listIssuers({ view }: Call): Answer {
  const store = new IssuerStore(view);
  const issuers = store.list();
  const info = issuers.map((issuer) => [
    issuer.id,
    { is_default: issuer.id === store.defaultId, issuer_name: issuer.name, key_id: issuer.keyId },
  ]);
  return {
    data: { keys: issuers.map(({ id }) => id), key_info: Object.fromEntries(info) as unknown },
  };
}

function listKeys({ view }: Call): Answer {
  const keys = new IssuerStore(view).keys();
  const info = keys.map((key) => [key.id, { is_default: false, key_name: key.name }]);
  return {
    data: { keys: keys.map(({ id }) => id), key_info: Object.fromEntries(info) as unknown },
  };
}

function defaultIssuers({ view }: Call): Answer {
  return {
    data: { default: new IssuerStore(view).defaultId, default_follows_latest_issuer: false },
  };
}

export const issuerRoutes: readonly Route[] = [
  { path: "issuers", open: true, list: listIssuers },
  {
    path: "issuer/:issuer",
    read: (call) => {
      const { store, issuer } = find(call);
      return { data: describe(store, issuer) };
    },
    write: change,
    patch: change,
    delete: (call) => {
      const { store, issuer } = find(call);
      store.remove(issuer);
      return undefined;
    },
  },
  { path: "keys", list: listKeys },
  {
    path: "key/:key",
    read: (call): Answer | undefined => {
      const key = new IssuerStore(call.view).key(call.params["key"] ?? "");
      if (key === undefined) return undefined;
      return { data: { key_id: key.id, key_name: key.name, key_type: storedKeyType(key) } };
    },
  },
  {
    path: "config/issuers",
    read: defaultIssuers,
    write: (call) => {
      new IssuerStore(call.view).setDefault(call.fields.string("default") ?? "");
      return defaultIssuers(call);
    },
  },
  {
    path: "config/urls",
    read: ({ view }) => ({ data: { ...readUrls(view) } }),
    write: ({ view, fields }) => ({ data: { ...writeUrls(view, fields) } }),
  },
];
