import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { load } from "js-yaml";
import { routes } from "../routes/routes.ts";
import { openApiDocument } from "./document.ts";

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const file = path.resolve(import.meta.dirname, "../../../../contract/openapi.yaml");
const contract = load(readFileSync(file, "utf8")) as Document;
// As it is served.
const own = JSON.parse(JSON.stringify(openApiDocument(routes))) as Document;

const operationsOf = ({ paths }: Document): readonly (readonly [string, unknown])[] =>
  Object.entries(paths).flatMap(([at, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method} ${at}`, operation] as const),
  );

const componentsOf = ({ components }: Document): readonly (readonly [string, unknown])[] =>
  Object.entries(components).flatMap(([kind, named]) =>
    Object.entries(named).map(([name, component]) => [`${kind} ${name}`, component] as const),
  );

describe("the document made from code is the contract", () => {
  it("has its operations", () => {
    expect(operationsOf(own).map(([name]) => name)).toEqual(
      operationsOf(contract).map(([name]) => name),
    );
  });

  it.each(operationsOf(contract))("%s", (name, operation) => {
    expect(Object.fromEntries(operationsOf(own))[name]).toEqual(operation);
  });

  it("has its components", () => {
    expect(
      componentsOf(own)
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(
      componentsOf(contract)
        .map(([name]) => name)
        .toSorted(),
    );
  });

  it.each(componentsOf(contract))("%s", (name, component) => {
    expect(Object.fromEntries(componentsOf(own))[name]).toEqual(component);
  });

  it("and says the same of itself", () => {
    expect({ ...own, paths: {}, components: {} }).toEqual({
      ...contract,
      paths: {},
      components: {},
    });
  });
});
