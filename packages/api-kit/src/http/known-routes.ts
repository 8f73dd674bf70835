/** Which methods a path has; asked only once the router has found nothing. */
export class KnownRoutes {
  readonly #routes = new Map<string, { readonly path: RegExp; readonly methods: Set<string> }>();

  /** `template` as Fastify writes it: `/examples/cache/:key`. */
  add(template: string, methods: readonly string[]): void {
    const plain = template.replace(/(?<=.)\/$/, "");
    const route = this.#routes.get(plain) ?? {
      path: new RegExp(
        `^${plain.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/:[A-Za-z_]+/g, "[^/]+")}$`,
      ),
      methods: new Set<string>(),
    };
    this.#routes.set(plain, route);
    for (const method of methods) route.methods.add(method);
  }

  methodsOf(url: string): readonly string[] {
    const [path = ""] = url.split("?");
    const plain = path.replace(/(?<=.)\/$/, ""); // a slash at the end makes no difference
    const methods = [...this.#routes.values()]
      .filter((route) => route.path.test(plain))
      .flatMap((route) => [...route.methods]);
    return [...new Set(methods)].toSorted();
  }
}
