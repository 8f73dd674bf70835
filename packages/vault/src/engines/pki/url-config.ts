import type { View } from "../../barrier/view.ts";
import { Fault } from "../../core/fault.ts";
import type { Fields } from "../../core/fields.ts";

/** What the answers that make a CA say where certificates would not tell where it is found. */
export function warnWithoutUrls(urls: UrlConfig): string[] {
  const all = [urls.issuing_certificates, urls.crl_distribution_points, urls.ocsp_servers];
  return all.some((list) => list.length > 0)
    ? []
    : [
        "This mount hasn't configured any authority information access (AIA) fields; this may make it harder for systems to find missing certificates in the chain or to validate revocation status of certificates. Consider updating /config/urls or the newly generated issuer with this information.",
      ];
}

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
  for (const [name, urls] of Object.entries(after)) {
    const wrong = urls.find((url) => !URL.canParse(url));
    if (wrong !== undefined) {
      throw Fault.badRequest(
        `invalid URL found in Authority Information Access (AIA) parameter ${name}: ${wrong}`,
      );
    }
  }
  if (fields.boolean("enable_templating") === true)
    throw Fault.badRequest("enable_templating is not supported by this server");
  view.writeJson(storedAt, after);
  return after;
}
