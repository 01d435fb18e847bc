// Prints every finding of the AsyncAPI initiative's own parser about a document, one a line.
// Usage: node validate_asyncapi.mjs <folder with node_modules> <document>
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { Parser } = createRequire(process.argv[2] + "/")("@asyncapi/parser");
const { diagnostics } = await new Parser().parse(readFileSync(process.argv[3], "utf8"));
const severities = ["error", "warning", "information", "hint"];
for (const found of diagnostics) {
  console.log(`${severities[found.severity]}: ${found.path.join(".")}: ${found.message}`);
}
