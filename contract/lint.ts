import { fileURLToPath } from "node:url";
import { createConfig, formatProblems, getTotals, lint } from "@redocly/openapi-core";

/** `npm run check:contract`: the linter's recommended rules; a warning fails as well. */
const config = await createConfig({
  extends: ["recommended-strict"],
  rules: {
    "operation-4xx-response": "error",
    "no-invalid-media-type-examples": "error",
    "no-invalid-parameter-examples": "error",
    "no-invalid-schema-examples": "error",
    "no-unused-components": "error",
    "no-path-trailing-slash": "off", // /health/ is named so by those who ask for it
  },
});
const ref = fileURLToPath(new URL("openapi.yaml", import.meta.url));
const problems = await lint({ ref, config });
const totals = getTotals(problems);
if (totals.errors + totals.warnings > 0) {
  formatProblems(problems, { format: "codeframe", totals, version: "", color: false });
  process.exitCode = 1;
}
