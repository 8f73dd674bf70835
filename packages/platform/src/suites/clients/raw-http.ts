import http from "node:http";

export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request whose path goes out as it is written: no URL is parsed, so nothing in it is put right on the way. */
export async function rawRequest(
  address: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const request = http.request(
      { hostname, port, method, path, headers, agent: false, timeout: 5000 },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.once("error", reject);
        response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    request.once("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.once("error", reject);
    request.end();
  });
}
