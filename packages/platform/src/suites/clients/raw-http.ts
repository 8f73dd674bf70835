import http from "node:http";
import https from "node:https";
import type { VaultPlace } from "../../vault/vault-client.ts";

export interface RawAnswer {
  readonly status: number;
  readonly body: string;
  /** Where a redirect leads. */
  readonly location?: string;
}

/** One request whose path goes out as it is written: no URL is parsed, so nothing in it is put right on the way. */
export async function rawRequest(
  { address, ca }: VaultPlace,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<RawAnswer> {
  const { hostname, port, protocol } = new URL(address);
  const to = { hostname, port, method, path, headers, agent: false, timeout: 5000 };
  return new Promise((resolve, reject) => {
    const request = (protocol === "https:" ? https : http).request(
      { ...to, ...(ca === undefined ? {} : { ca }) },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.once("error", reject);
        response.once("end", () => {
          const { statusCode: status = 0, headers: told } = response;
          resolve({
            status,
            body,
            ...(told.location === undefined ? {} : { location: told.location }),
          });
        });
      },
    );
    request.once("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.once("error", reject);
    request.end();
  });
}
