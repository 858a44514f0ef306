// Loads the function's module, waits for one input, and writes what `run` returns into a file.
"use strict";

const fs = require("node:fs");
const url = require("node:url");

const [place, module_path] = process.argv.splice(2);
process.argv[1] = module_path;

async function load() {
  const loaded = await import(url.pathToFileURL(module_path));
  const inner = loaded.default;
  const run = loaded.run ?? inner?.run ?? inner;
  if (typeof run !== "function") {
    console.error("the function's module has no function run(input)");
    process.exit(1);
  }
  return run;
}

async function read() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8").trim();
}

function leave(value) {
  let text;
  try {
    text = JSON.stringify(value) ?? "null";
  } catch (error) {
    console.error(`run returned what JSON cannot hold: ${error.message}`);
    process.exit(1);
  }
  fs.writeFileSync(place, text);
}

async function main() {
  const run = await load();
  const line = await read();
  if (line !== "") leave(await run(JSON.parse(line)));
  // What `run` left open must not keep its caller waiting.
  process.exit();
}

function show(error) {
  if (error instanceof Error && typeof error.stack === "string") {
    const lines = error.stack.split("\n");
    error.stack = lines.filter((line) => !line.includes(__filename)).join("\n");
  }
  console.error(error);
  process.exit(1);
}

main().catch(show);
