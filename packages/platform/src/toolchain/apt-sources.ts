import type { Distribution } from "./distribution.ts";

/** One source of binary packages, whichever of apt's two styles it was written in. */
export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Keyrings or key names; empty where apt's global keyrings decide. */
  readonly signedBy: readonly string[];
}

/** One-line style: `deb [option=value …] URI suite component…`; see sources.list(5). */
export function parseSourcesList(text: string): readonly AptSource[] {
  return text.split("\n").flatMap((raw) => {
    const found = /^deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(
      raw.replace(/#.*/, "").trim(),
    );
    if (!found) return [];
    const [, options = "", uri = "", suite = "", components = ""] = found;
    const option = (name: string) => new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(options)?.[1];
    return {
      uris: [uri],
      suites: [suite],
      components: words(components),
      signedBy: option("signed-by")?.split(",") ?? [],
    };
  });
}

/** deb822 style: stanzas of `Field: value`, a continued line begins with a blank. */
export function parseDeb822(text: string): readonly AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = stanzaFields(stanza);
    const field = (name: string) => fields.get(name) ?? "";
    if (!words(field("types")).includes("deb") || /^(no|false|0)$/i.test(field("enabled")))
      return [];
    return {
      uris: words(field("uris")),
      suites: words(field("suites")),
      components: words(field("components")),
      signedBy: words(field("signed-by")),
    };
  });
}

function stanzaFields(stanza: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let name = "";
  for (const line of stanza.split("\n").filter((each) => !each.startsWith("#"))) {
    const begin = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
    name = begin?.[1]?.toLowerCase() ?? name;
    fields.set(name, begin ? (begin[2] ?? "") : `${fields.get(name) ?? ""} ${line.trim()}`);
  }
  return fields;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/**
 * The distribution's own among the machine's sources. A third party's may be unreachable, and its packages would make
 * the answer depend on the machine: a source counts when its keyring is the distribution's (or none is named), its
 * suite is the release itself or the updates of it, and it has the archive's own components.
 */
export function ownSources(
  sources: readonly AptSource[],
  distribution: Distribution,
): readonly AptSource[] {
  const { codename, components, id } = distribution;
  const suites = [codename, ...["-updates", "-security", "/updates"].map((end) => codename + end)];
  return sources
    .filter(({ signedBy }) =>
      signedBy.every((key) => new RegExp(`/${id}-archive[^/]*\\.(gpg|pgp|asc)$`).test(key)),
    )
    .map((source) => ({
      ...source,
      suites: source.suites.filter((suite) => suites.includes(suite)),
      components: source.components.filter((component) => components.includes(component)),
      signedBy: source.signedBy.length > 0 ? source.signedBy : distribution.keyrings,
    }))
    .filter((source) => source.suites.length > 0 && source.components.length > 0);
}

/** Writes sources in deb822 style. */
export function renderSources(sources: readonly AptSource[]): string {
  return sources
    .map((source) =>
      [
        "Types: deb",
        `URIs: ${source.uris.join(" ")}`,
        `Suites: ${source.suites.join(" ")}`,
        `Components: ${source.components.join(" ")}`,
        ...(source.signedBy.length > 0 ? [`Signed-By: ${source.signedBy.join(" ")}`] : []),
        "",
      ].join("\n"),
    )
    .join("\n");
}
