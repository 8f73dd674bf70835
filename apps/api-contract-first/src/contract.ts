/** The parts of an OpenAPI 3.1 document that routes are built from. Its references are resolved. */
export interface Contract {
  /** What the document was read from, for messages. */
  readonly file: string;
  /** As it was written, references and all: what `/openapi.json` serves. */
  readonly document: object;
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;
}

/** In OpenAPI a path's other members (`parameters`, `summary` …) stand beside its methods. */
export const methods = ["get", "put", "post", "delete", "patch"] as const;

export type Method = (typeof methods)[number];

export interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  /** By status. */
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: object;
}

/** By media type. */
export type Content = Readonly<Record<string, { readonly schema: object }>>;
