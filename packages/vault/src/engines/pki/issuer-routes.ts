import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { findIssuer } from "./find-issuer.ts";
import { IssuerStore, type Issuer } from "./issuer-store.ts";
import { readUrls, writeUrls } from "./url-config.ts";

function describe(store: IssuerStore, issuer: Issuer): Record<string, unknown> {
  return {
    crl_distribution_points: [],
    issuing_certificates: [],
    manual_chain: null,
    ocsp_servers: [],
    revocation_signature_algorithm: "",
    usage: "crl-signing,issuing-certificates,ocsp-signing,read-only",
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
  return { store: new IssuerStore(call.view), issuer: findIssuer(call) };
}

const behaviours = ["err", "truncate", "permit"] as const;

/** A write puts what is not given back to what it is from the start; a patch leaves it. */
function change(call: Call, before: Pick<Issuer, "name" | "leaf_not_after_behavior">): Answer {
  const { store, issuer } = find(call);
  const name = call.fields.string("issuer_name") ?? before.name;
  const asked = call.fields.string("leaf_not_after_behavior") ?? before.leaf_not_after_behavior;
  const behaviour = behaviours.find((known) => known === asked);
  if (behaviour === undefined)
    throw Fault.badRequest("Unknown value for field `leaf_not_after_behavior`");
  store.checkIssuerName(name, issuer.id);
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
    write: (call) => change(call, { name: "", leaf_not_after_behavior: "err" }),
    patch: (call) => change(call, findIssuer(call)),
    delete: (call): Answer => {
      const store = new IssuerStore(call.view);
      const issuer = store.find(call.params["issuer"] ?? "");
      if (issuer !== undefined) store.remove(issuer);
      return {};
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
