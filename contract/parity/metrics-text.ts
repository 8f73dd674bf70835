/** A family of Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export interface MetricFamily {
  readonly type: string;
  /** Names of the labels of its samples, `le` and `quantile` aside; empty where there are no samples. */
  readonly labels: readonly string[];
  readonly samples: number;
}

const name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const comment = new RegExp(`^# (HELP|TYPE) (${name}) ?(.*)$`);
const sample = new RegExp(`^(${name})(?:\\{(.*)\\})? (\\S+)(?: -?\\d+)?$`);
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const ofHistograms = /_(bucket|sum|count)$/;

/** By name. Throws at the first line that is not in the format. */
export function parseMetrics(text: string): ReadonlyMap<string, MetricFamily> {
  const families = new Map<string, { type: string; labels: Set<string>; samples: number }>();
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  for (const line of text.trimEnd().split("\n")) {
    const [, kind, family = "", rest = ""] = comment.exec(line) ?? [];
    if (kind === "TYPE") families.set(family, { type: rest, labels: new Set(), samples: 0 });
    if (kind !== undefined || line === "") continue;
    const [, named = "", labels = "", value = ""] = sample.exec(line) ?? [];
    const found = families.get(named) ?? families.get(named.replace(ofHistograms, ""));
    if (!found) throw new Error(`of no family, or no sample: ${line}`);
    if (!/^[+-]?(Inf|NaN|[\d.]+(e[+-]?\d+)?)$/i.test(value)) throw new Error(`no number: ${line}`);
    found.samples += 1;
    for (const each of labelsIn(labels, line))
      if (each !== "le" && each !== "quantile") found.labels.add(each);
  }
  return new Map(
    [...families].map(([family, { labels, ...more }]) => [
      family,
      { ...more, labels: [...labels].toSorted() },
    ]),
  );
}

function labelsIn(text: string, line: string): readonly string[] {
  const names: string[] = [];
  label.lastIndex = 0;
  while (label.lastIndex < text.length) {
    const [, found] = label.exec(text) ?? [];
    if (found === undefined) throw new Error(`no labels: ${line}`);
    names.push(found);
  }
  return names;
}

/** Without the families that the contract lets differ; a `*` stands for anything. */
export function comparableFamilies(
  families: ReadonlyMap<string, MetricFamily>,
  differing: readonly string[],
): Readonly<Record<string, { readonly type: string; readonly labels: readonly string[] }>> {
  const patterns = differing.map((one) => new RegExp(`^${one.replaceAll("*", ".*")}$`));
  return Object.fromEntries(
    [...families]
      .filter(([family]) => !patterns.some((pattern) => pattern.test(family)))
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([family, { type, labels }]) => [family, { type, labels }]),
  );
}
