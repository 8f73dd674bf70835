/** One of the reference APIs: a program of the checkout that the stack starts. */
export interface ReferenceApi {
  readonly name: string;
  readonly summary: string;
  readonly ports: { readonly http: number; readonly https: number };
  /** Relative to the checkout. */
  readonly main: string;
}

/** All of them; a further one that runs on Node is a row here. */
export const referenceApis: readonly ReferenceApi[] = [
  {
    name: "reference-api",
    summary: "the reference API in TypeScript, code first",
    ports: { http: 8000, https: 8443 },
    main: "apps/api-code-first/src/main.ts",
  },
  {
    name: "contract-api",
    summary: "the same in TypeScript, contract first",
    ports: { http: 8001, https: 8444 },
    main: "apps/api-contract-first/src/main.ts",
  },
];
