import type { Route } from "../route.ts";
import { about } from "./about.ts";
import { components } from "./components.ts";
import { referToComponents } from "./refer-to-components.ts";

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of these routes. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes)
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  return referToComponents({ ...about, paths }, components);
}

function operationOf(route: Route): Json {
  const { operationId, tag, summary, description, parameters, body, answers } = route;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...route.extensions,
    ...(parameters ? { parameters } : {}),
    ...(body ? { requestBody: body } : {}),
    responses: answers,
  };
}
