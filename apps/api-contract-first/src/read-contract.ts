import { readFile } from "node:fs/promises";
import { load } from "js-yaml";
import { ContractError } from "./contract-error.ts";
import type { Contract } from "./contract.ts";
import { resolveReferences } from "./resolve-references.ts";

/** The contract in this file; a ContractError when it can't be read, is no YAML or no OpenAPI 3.1. */
export async function readContract(file: string): Promise<Contract> {
  const document = parse(file, await read(file));
  if (!isContract(document))
    throw new ContractError(file, ["it is no OpenAPI 3.1 document with paths"]);
  const faults: string[] = [];
  const resolved = resolveReferences(document, (fault) => faults.push(fault));
  if (faults.length > 0) throw new ContractError(file, faults);
  return { file, document, paths: (resolved as Pick<Contract, "paths">).paths };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new ContractError(file, [(error as Error).message], error);
  }
}

function parse(file: string, text: string): unknown {
  try {
    return load(text);
  } catch (error) {
    throw new ContractError(file, [(error as Error).message], error);
  }
}

function isContract(document: unknown): document is { readonly paths: object } {
  if (typeof document !== "object" || document === null) return false;
  const { openapi, paths } = document as Readonly<Record<string, unknown>>;
  return String(openapi).startsWith("3.1.") && typeof paths === "object" && paths !== null;
}
