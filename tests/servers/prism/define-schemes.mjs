// Writes a copy of a JSON document in which every security scheme that a `security` names is defined, because Prism
// refuses a request to an operation whose scheme it does not know.
//
//     node define-schemes.mjs DOCUMENT COPY

import { readFileSync, writeFileSync } from "node:fs";

const [from, to] = process.argv.slice(2);
const document = JSON.parse(readFileSync(from, "utf8"));
document.components ??= {};
const schemes = (document.components.securitySchemes ??= {});
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
for (const { security = [] } of [document, ...operations]) {
  for (const name of security.flatMap((requirement) => Object.keys(requirement))) {
    schemes[name] ??= { type: "http", scheme: "bearer" };
  }
}
writeFileSync(to, JSON.stringify(document));
