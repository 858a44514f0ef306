#!/usr/bin/env node
/**
 * A stand-in for the hub, for developing the UI and for running its journeys without the binary.
 *
 *   node mock/server.mjs [--port 8787]     serves the API, and web/dist if it is built
 *
 * Everything lives in memory. Blocks are run by this machine's own python3, node and bash WITHOUT a
 * sandbox: it listens on the loopback address only and is not part of the product.
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { handle } from "./routes.mjs";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const at = process.argv.indexOf("--port");
const port = at > 0 ? Number(process.argv[at + 1]) : 8787;

/** The policy that the real server sends, with `data:` images, which PNG output needs. */
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-src 'self' blob: data:; img-src 'self' data: blob: https:; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** @type {Record<string, string>} */
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://mock");
  if (url.pathname.startsWith("/api/")) {
    void handle(request, response, url);
    return;
  }
  const asked = join(dist, normalize(url.pathname));
  const file = asked.startsWith(dist) && existsSync(asked) && statSync(asked).isFile() ? asked : join(dist, "index.html");
  response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
  response.setHeader("content-security-policy", policy);
  createReadStream(file)
    .on("error", () => response.writeHead(404).end("Run `npm run build` first."))
    .pipe(response);
});

server.listen(port, "127.0.0.1", () => {
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  console.log(`http://127.0.0.1:${bound}`);
});
