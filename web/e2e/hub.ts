/** Starts the product for the journeys, and takes a new reader to a document. */
import { test as base, expect, type Page } from "@playwright/test";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export { expect } from "@playwright/test";

/** Generous: a debug binary on a busy machine creates its database first. */
const startMs = 60_000;

interface Running {
  url: string;
  /** Null for a server that was there before the journeys. */
  pid: number | null;
}

export const test = base.extend<{ local: (document: string) => Promise<string> }, { server: Running; hub: string }>({
  server: [
    // Playwright insists on a destructured first argument, even an empty one.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, provide) => {
      const running = process.env.RUNBOOK_URL;
      if (running) {
        await provide({ url: running, pid: null });
        return;
      }
      const data = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
      await whileRunning(["hub", "--listen", "127.0.0.1:0", "--data", data], provide);
      rmSync(data, { recursive: true, force: true });
    },
    { scope: "worker", timeout: startMs },
  ],
  hub: [({ server }, provide) => provide(server.url), { scope: "worker" }],

  /** Opens a document of this machine, and gives the URL that was printed. */
  // oxlint-disable-next-line no-empty-pattern
  local: async ({}, provide) => {
    const ends: (() => void)[] = [];
    const ended: Promise<void>[] = [];
    await provide(
      (document) =>
        new Promise((resolve, reject) => {
          const during = ({ url }: Running) => {
            resolve(url);
            return new Promise<void>((end) => ends.push(end));
          };
          ended.push(whileRunning(["open", document, "--no-browser", "--port", "0"], during).catch(reject));
        }),
    );
    for (const end of ends) end();
    await Promise.all(ended);
  },
});

/** Starts the binary, and stops it when `during` has finished with what it printed as its address. */
async function whileRunning(args: string[], during: (running: Running) => Promise<void>): Promise<void> {
  const binary = process.env.RUNBOOK_BIN;
  if (!binary) throw new Error("set RUNBOOK_BIN to the runbook binary, or RUNBOOK_URL to a running server");
  const program = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
  try {
    const url = await addressOf(program);
    await during({ url, pid: program.pid ?? null });
  } finally {
    const ended = new Promise((resolve) => program.once("exit", resolve));
    if (program.exitCode === null && program.kill("SIGTERM")) await ended;
  }
}

function addressOf(program: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const look = (line: string) => {
      said += `${line}\n`;
      const address = /http:\/\/127\.0\.0\.1:\d+\S*/.exec(line)?.[0];
      if (address) resolve(address);
    };
    for (const stream of [program.stdout, program.stderr]) if (stream) createInterface({ input: stream }).on("line", look);
    program.once("error", reject);
    program.once("exit", (code) => reject(new Error(`it ended with ${code} before it said its address:\n${said}`)));
  });
}

let people = 0;

/** Signs up someone new through the page and ends at the list of runbooks. */
export async function signUp(page: Page, hub: string): Promise<void> {
  people += 1;
  const name = `reader-${process.pid}-${Date.now().toString(36)}-${people}`;
  await page.goto(`${hub}/sign-up`);
  await page.getByLabel("Email").fill(`${name}@example.com`);
  await page.getByLabel("Username").fill(name);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Your runbooks" })).toBeVisible();
}

/** Stores a document as the signed-in reader and opens it. */
export async function openRunbook(page: Page, hub: string, title: string, content: string): Promise<string> {
  const id = await page.evaluate(
    async (body) => {
      const response = await fetch("/api/runbooks", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`the server refused the runbook: ${response.status} ${await response.text()}`);
      return ((await response.json()) as { id: string }).id;
    },
    { title, content },
  );
  await page.goto(`${hub}/runbooks/${id}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return id;
}

export const block = (page: Page, name: string) => page.getByRole("region", { name: `Block ${name}`, exact: true });
export const output = (page: Page, name: string) => page.getByRole("region", { name: `Output of ${name}`, exact: true });
export const badge = (page: Page, name: string) => block(page, name).locator("[data-outcome]");
export const run = (page: Page, name: string) => page.getByRole("button", { name: `Run ${name}`, exact: true }).click();

/** A runnable fence. */
export function fence(info: string, code: string): string {
  return `\`\`\`runnable ${info}\n${code}\n\`\`\`\n`;
}
