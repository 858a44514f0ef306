/** Says what the first page weighs, and fails above the budget. Run it after `npm run build`. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Bytes of HTML, JavaScript and CSS after gzip; fonts come after the first paint. */
const budget = 300_000;

const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist));
const linked = [...html.toString().matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map((match) => match[1] ?? "");
let total = 0;
for (const name of ["index.html", ...linked]) {
  const bytes = gzipSync(readFileSync(new URL(name, dist))).length;
  total += bytes;
  console.log(`${String(bytes).padStart(8)}  ${name}`);
}
console.log(`${String(total).padStart(8)}  first page, of ${budget} allowed`);
if (total > budget) process.exit(1);
