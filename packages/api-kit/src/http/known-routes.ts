/** Which methods a path has; asked only once the router has found nothing. */
export class KnownRoutes {
  readonly #routes = new Map<string, { readonly path: RegExp; readonly methods: Set<string> }>();

  /** `template` as Fastify writes it: `/examples/cache/:key`. */
  add(template: string, methods: readonly string[]): void {
    const route = this.#routes.get(template) ?? {
      path: new RegExp(
        `^${template.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/:[A-Za-z_]+/g, "[^/]+")}$`,
      ),
      methods: new Set<string>(),
    };
    this.#routes.set(template, route);
    for (const method of methods) route.methods.add(method);
  }

  methodsOf(url: string): readonly string[] {
    const [path = ""] = url.split("?");
    const methods = [...this.#routes.values()]
      .filter((route) => route.path.test(path))
      .flatMap((route) => [...route.methods]);
    return [...new Set(methods)].toSorted();
  }
}
