/** Starts the product for the journeys, and takes a new reader to a document. */
import { test as base, expect, type Page } from "@playwright/test";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
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
  /** Where a hub keeps what it has, if that is known. */
  data: string | null;
}

export const test = base.extend<{ local: (document: string, command?: "open" | "watch") => Promise<string> }, { server: Running; hub: string }>({
  server: [
    // Playwright insists on a destructured first argument, even an empty one.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, provide) => {
      const running = process.env.RUNBOOK_URL;
      if (running) {
        await provide({ url: running, pid: null, data: process.env.RUNBOOK_DATA ?? null });
        return;
      }
      const data = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
      // Every journey leaves a session behind, and none may wait for the room of another.
      await whileRunning(["hub", "--listen", "127.0.0.1:0", "--data", data, "--max-sandboxes", "200"], (hub) => provide({ ...hub, data }));
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
      (document, command = "open") =>
        new Promise((resolve, reject) => {
          const during = ({ url }: Running) => {
            resolve(url);
            return new Promise<void>((end) => ends.push(end));
          };
          ended.push(whileRunning([command, document, "--no-browser", "--port", "0"], during).catch(reject));
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
    await during({ url, pid: program.pid ?? null, data: null });
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
const password = "correct horse battery";

/** Signs up someone new through the page and ends at the list of runbooks. */
export async function signUp(page: Page, hub: string): Promise<void> {
  people += 1;
  const name = `reader-${process.pid}-${Date.now().toString(36)}-${people}`;
  await page.goto(`${hub}/sign-up`);
  await page.getByLabel("Email").fill(`${name}@example.com`);
  await page.getByLabel("Username").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Your runbooks" })).toBeVisible();
}

/** Makes an administrator of the hub and gives the email to sign in with; null where that cannot be done. */
export function administrator({ data }: { data: string | null }): string | null {
  const binary = process.env.RUNBOOK_BIN;
  if (!binary || data === null) return null;
  people += 1;
  const name = `admin-${process.pid}-${Date.now().toString(36)}-${people}`;
  const email = `${name}@example.com`;
  execFileSync(binary, ["user", "create", "--administrator", "--password-stdin", "--data", data, name, email], { input: `${password}\n` });
  return email;
}

export async function signIn(page: Page, hub: string, email: string): Promise<void> {
  await page.goto(`${hub}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
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

/** Leaves an empty file in the workspace of a runbook's session: what a block may wait for. */
export async function touch(page: Page, hub: string, runbook: string, path: string): Promise<void> {
  const { session } = (await (await page.request.get(`${hub}/api/runbooks/${runbook}`)).json()) as { session: { id: string } };
  const headers = { origin: new URL(hub).origin, "content-type": "application/octet-stream" };
  const answer = await page.request.put(`${hub}/api/sessions/${session.id}/files/content?path=${path}`, { data: Buffer.alloc(0), headers });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** Waits until the text can be edited: it comes by a connection of its own. */
export const editable = (page: Page) => page.locator("article[data-ready]").waitFor();

export const block = (page: Page, name: string) => page.getByRole("region", { name: `Block ${name}`, exact: true });
export const output = (page: Page, name: string) => page.getByRole("region", { name: `Output of ${name}`, exact: true });
export const badge = (page: Page, name: string) => block(page, name).locator("[data-outcome]");
export const run = (page: Page, name: string) => page.getByRole("button", { name: `Run ${name}`, exact: true }).click();

/** A runnable fence. */
export function fence(info: string, code: string): string {
  return `\`\`\`runnable ${info}\n${code}\n\`\`\`\n`;
}
