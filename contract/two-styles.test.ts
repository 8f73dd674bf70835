import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";

const checkout = path.resolve(import.meta.dirname, "..");
const guide = path.join(checkout, "docs", "guides", "code-first-and-contract-first.md");

it("is compared in a guide that quotes the applications as they are", async () => {
  const text = await readFile(guide, "utf8");
  const quotes = [...text.matchAll(/```\w+\n(?:\/\/|#) (\S+)\n([^]*?)\n```/g)];
  expect(quotes).toHaveLength(5);
  for (const [, file = "", quoted = ""] of quotes)
    expect(unindented(await readFile(path.join(checkout, file), "utf8")), file).toContain(
      unindented(quoted),
    );
});

function unindented(text: string): string {
  return text.replaceAll(/^ +/gm, "");
}
