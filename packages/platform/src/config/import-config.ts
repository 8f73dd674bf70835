import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { messageOf } from "../shared/errors.ts";
import { configErrors } from "./errors.ts";

/**
 * Runs a configuration and gives its default export. It is a module of TypeScript whatever the project's `package.json`
 * says of its own files, and may import "devstack" also where that is none of the project's dependencies.
 * @throws DS_CONFIG_INVALID
 */
export async function importConfig(file: string): Promise<unknown> {
  const { href } = pathToFileURL(file);
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === href) return { ...next(specifier, context), format: "module-typescript" };
      try {
        return next(specifier, context);
      } catch (error) {
        if (specifier !== "devstack") throw error;
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
  try {
    return ((await import(href)) as { readonly default?: unknown }).default;
  } catch (error) {
    throw configErrors.DS_CONFIG_INVALID(
      `${file}${lineOf(error, href)} can't be loaded: ${messageOf(error)}`,
      {
        hint: "it is run as it stands, without its types; its default export is defineStack({ … })",
        cause: error,
      },
    );
  } finally {
    hooks.deregister();
  }
}

/** ":3" where the error tells of a line of this module. */
function lineOf(error: unknown, href: string): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return /^:\d+/.exec(stack.split(href)[1] ?? "")?.[0] ?? "";
}
