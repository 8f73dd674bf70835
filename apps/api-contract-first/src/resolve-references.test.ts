import { expect, it } from "vitest";
import { resolveReferences } from "./resolve-references.ts";

it("puts in place of a reference what it refers to, references in it resolved as well", () => {
  const document = {
    a: { $ref: "#/components/schemas/List" },
    components: {
      schemas: { List: { items: { $ref: "#/components/schemas/a~1b" } }, "a/b": { type: "null" } },
    },
  };
  const { faults, value } = resolve(document);
  expect(faults).toEqual([]);
  expect(value).toHaveProperty("a", { items: { type: "null" } });
  expect(document.a).toEqual({ $ref: "#/components/schemas/List" });
});

it("tells of references to nothing, to other files and to themselves", () => {
  const { faults } = resolve({
    a: { $ref: "#/nothing" },
    b: { $ref: "other.yaml#/a" },
    c: { d: { $ref: "#/c" } },
  });
  expect(faults).toEqual([
    "#/nothing is not there",
    "other.yaml#/a is not there",
    "#/c refers to itself",
  ]);
});

function resolve(document: unknown): { faults: string[]; value: unknown } {
  const faults: string[] = [];
  const value = resolveReferences(document, (fault) => faults.push(fault));
  return { faults, value };
}
