/** What journeys do with editors, clipboards and programs of their own. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

/** Replaces what an editor holds. */
export async function write(page: Page, label: string | RegExp, text: string): Promise<void> {
  await page.getByRole("textbox", { name: label }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
}

/** What a button puts on the clipboard. */
export async function copied(page: Page, button: string): Promise<string> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await page.getByRole("button", { name: button }).click();
  let text = "";
  // The button answers after a turn or two.
  for (let turn = 0; turn < 100 && text === ""; turn += 1) text = await page.evaluate(() => navigator.clipboard.readText());
  return text;
}

/** A token of the reader who is signed in. */
export function tokenFor(page: Page, scopes: string[]): Promise<string> {
  return page.evaluate(async (body) => {
    const response = await fetch("/api/tokens", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the server refused the token: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { token: string }).token;
  }, { name: `journey ${scopes.join(" ")}`, scopes });
}

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

const client = (path: string) => fileURLToPath(new URL(`../../clients/${path}`, import.meta.url));
const python = fileURLToPath(new URL("../../target/python/bin/python", import.meta.url));
const typescript = client("typescript/dist/index.js");

/** Why snippets of a language cannot be run on this machine, or null. */
export function lacking(language: "curl" | "typescript" | "python"): string | null {
  if (language === "python" && !existsSync(python)) return "skipped: the Python client's dependencies are not installed (make clients)";
  if (language === "typescript" && !existsSync(typescript)) return "skipped: the TypeScript client is not built (npm ci && npm run build there)";
  return null;
}

/** What the compiler has against a snippet, with the client's own strictness; nothing if it is well typed. */
async function complaints(file: string): Promise<string> {
  const strict = ["--ignoreConfig", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
  const modules = ["--target", "es2023", "--module", "nodenext", "--types", "node", "--typeRoots", client("typescript/node_modules/@types")];
  const { code, stdout, stderr } = await ended(client("typescript/node_modules/.bin/tsc"), ["--noEmit", ...strict, ...modules, file], process.env);
  return code === 0 ? "" : `${stdout}${stderr}`;
}

/** Runs a snippet as somebody would who pasted it, with a token of theirs. TypeScript must be well typed, too. */
export async function runSnippet(language: "curl" | "typescript" | "python", text: string, token: string): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
  const keep = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const commands = {
    curl: () => ["bash", keep("snippet.sh", text)] as const,
    // Outside of the package its name means nothing.
    typescript: () => ["node", keep("snippet.mjs", text.replace("@runbook/client", typescript))] as const,
    python: () => [python, keep("snippet.py", text)] as const,
  };
  // The test runner asks for colours, which a shell that is pasted into does not do in a pipe.
  const { FORCE_COLOR: _colours, ...environment } = process.env;
  const [program, file] = commands[language]();
  try {
    if (language === "typescript") {
      const wrong = await complaints(keep("snippet.mts", text.replace("@runbook/client", typescript)));
      if (wrong !== "") throw new Error(`the snippet is not well typed:\n${wrong}`);
    }
    return await ended(program, [file], { ...environment, RUNBOOK_TOKEN: token, PYTHONPATH: client("python") });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ended(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
