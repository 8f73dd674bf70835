import { expect, it } from "vitest";
import { maskSecrets } from "./mask-secrets.ts";

it.each([
  ..."password PWD client_secret access-token apiKey private_pem credentials dsn uri".split(" "),
  ..."database_url cookie authorization salt password_hash seed certificate".split(" "),
])("masks what is named %s, of whatever type it is", (name) => {
  for (const value of ["text", 5, true, null, ["a"], { a: 1 }])
    expect(maskSecrets({ [name]: value })).toEqual({ [name]: "***" });
});

it("shows what is named otherwise", () => {
  const data = { user: "devuser", database: "devdb", port: 5432, vhost: "/", ttl: null };
  expect(maskSecrets(data)).toEqual(data);
});

it("masks a URL with a password in it under any name, and in lists, and shows one without", () => {
  expect(
    maskSecrets({ where: "amqp://u:p@host/", all: ["redis://:p@host", "https://host/?a@b"] }),
  ).toEqual({ where: "***", all: ["***", "https://host/?a@b"] });
});

it("masks in objects within lists, and leaves what it was given as it is", () => {
  const data = { nodes: [{ host: "a", password: "hidden" }] };
  expect(maskSecrets(data)).toEqual({ nodes: [{ host: "a", password: "***" }] });
  expect(data.nodes[0]?.password).toBe("hidden");
});
