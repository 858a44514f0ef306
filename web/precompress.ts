import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Files smaller than this gain nothing from compression. */
const MIN_BYTES = 1024;

/** Puts a `.br` and a `.gz` beside each text file of the bundle, for the server to send as they are. */
export function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    // Not earlier: until it is written, a chunk may still hold placeholders.
    writeBundle({ dir = "dist" }, bundle) {
      for (const name of Object.keys(bundle)) {
        const path = join(dir, name);
        const bytes = readFileSync(path);
        if (bytes.length < MIN_BYTES || !/\.(js|css|html|svg)$/.test(name)) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(bytes));
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
