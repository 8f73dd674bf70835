import { ConnectionString } from "mongodb-connection-string-url";
import { expect, it } from "vitest";
import { mongodb } from "./definition.ts";

it("gives a URL that keeps a CA file's odd path", () => {
  const ca = "/home/o'hara/my stack & more/100%/ca+chain.pem";
  const { url } = mongodb.connection({
    ports: { mongo: 27017 },
    peers: [],
    secret: (_, field) => field,
    tls: { certificate: "", key: "", bundle: "", ca },
  });
  const parsed = new ConnectionString(url);
  expect(url).not.toContain("+");
  expect(parsed.searchParams.get("tlsCAFile")).toBe(ca);
  expect(parsed.hosts).toEqual(["127.0.0.1:27017"]);
  expect(parsed.pathname).toBe("/database");
});
