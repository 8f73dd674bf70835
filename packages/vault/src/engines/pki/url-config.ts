import type { View } from "../../barrier/view.ts";
import type { Fields } from "../../core/fields.ts";

/** Where certificates say that their issuer's certificate, lists and OCSP answers are found. */
export interface UrlConfig {
  readonly issuing_certificates: readonly string[];
  readonly crl_distribution_points: readonly string[];
  readonly ocsp_servers: readonly string[];
}

const storedAt = "config/urls";

export function readUrls(view: View): UrlConfig {
  return (
    view.readJson<UrlConfig>(storedAt) ?? {
      issuing_certificates: [],
      crl_distribution_points: [],
      ocsp_servers: [],
    }
  );
}

export function writeUrls(view: View, fields: Fields): UrlConfig {
  const before = readUrls(view);
  const after = {
    issuing_certificates: fields.strings("issuing_certificates") ?? before.issuing_certificates,
    crl_distribution_points:
      fields.strings("crl_distribution_points") ?? before.crl_distribution_points,
    ocsp_servers: fields.strings("ocsp_servers") ?? before.ocsp_servers,
  };
  view.writeJson(storedAt, after);
  return after;
}
