// Loads the function's module, waits for one input, and writes what `run` returns into a file.
import * as fs from "node:fs";
import * as loaded from "./function.ts";

const [place] = process.argv.splice(2) as [string];

async function read(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString("utf8").trim();
}

function leave(value: unknown): void {
  let text: string;
  try {
    text = JSON.stringify(value) ?? "null";
  } catch (error) {
    console.error(`run returned what JSON cannot hold: ${(error as Error).message}`);
    process.exit(1);
  }
  fs.writeFileSync(place, text);
}

async function main(): Promise<void> {
  const all = loaded as Record<string, any>;
  const run = all["run"] ?? all["default"]?.run ?? all["default"];
  if (typeof run !== "function") {
    console.error("the function's module has no function run(input)");
    process.exit(1);
  }
  const line = await read();
  if (line !== "") leave(await run(JSON.parse(line)));
  // What `run` left open must not keep its caller waiting.
  process.exit();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
