import { expect, it } from "vitest";
import type { Run } from "../definition.ts";
import { nodeConfiguration } from "./render.ts";

function runIn(folder: string, password: string): Run {
  const run: Partial<Run> = {
    instance: "redis-2",
    ports: { plain: 6380, tls: 6391, bus: 16_380 },
    folders: { data: `${folder}/data`, files: `${folder}/files` },
    tls: { certificate: "c", key: "k", bundle: "b", ca: `${folder}/ca.pem` },
    secret: () => password,
  };
  return run as Run;
}

it("quotes every value, so that none can end its line or begin another", () => {
  const lines = nodeConfiguration(runIn('/my "own"\\stack', 'a b"c\\d\nport 1')).split("\n");
  expect(lines).toContain(String.raw`dir "/my \"own\"\\stack/data"`);
  expect(lines).toContain(String.raw`requirepass "a b\"c\\d\nport 1"`);
  expect(lines).toContain(String.raw`masterauth "a b\"c\\d\nport 1"`);
  expect(lines.filter((line) => line.startsWith("port "))).toEqual(['port "6380"']);
});

it("gives every port to its own use, on loopback alone", () => {
  const lines = nodeConfiguration(runIn("/stack", "secret")).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining(['bind "127.0.0.1"', 'tls-port "6391"', 'cluster-port "16380"']),
  );
});
