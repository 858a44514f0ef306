import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { badge, expect, fence, output, run, test } from "./hub.ts";

// A server that runs elsewhere opens no document of this machine.
test.skip(() => !process.env.RUNBOOK_BIN, "skipped: RUNBOOK_BIN is not set");

const content = `# On this machine\n\n${fence("bash name=say", "echo approved")}`;

test("a_local_document_runs_as_it_was_opened_and_says_when_the_file_changed", async ({ page, local }) => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
  const file = join(folder, "guide.md");
  writeFileSync(file, content);
  const url = await local(file);

  await page.goto(url);
  await expect(page.getByRole("heading", { level: 1, name: "On this machine" })).toBeVisible();
  await expect(page.getByText("Local document")).toBeVisible();
  await expect(page.getByRole("link", { name: "Edit" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "All runbooks" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Sign out" })).toHaveCount(0);
  expect(new URL(page.url()).search).toBe("");

  await run(page, "say");
  await expect(badge(page, "say")).toHaveText("success");
  await expect(output(page, "say")).toHaveText("approved");
  await page.goto(new URL("/", url).href);
  await expect(page).toHaveURL(/\/runbooks\//);

  writeFileSync(file, content.replace("echo approved", "echo edited"));
  await page.reload();
  await expect(page.getByRole("status").filter({ hasText: "changed since it was opened" })).toContainText("start it again");
  await expect(page.getByRole("region", { name: "Code of say" })).toHaveText("echo approved");
  await run(page, "say");
  await expect(badge(page, "say")).toHaveText("success");
  await expect(output(page, "say")).toHaveText("approved");
  rmSync(folder, { recursive: true, force: true });
});

test("a_watched_document_is_shown_and_runs_as_its_file_stands", async ({ page, local }) => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
  const file = join(folder, "guide.md");
  writeFileSync(file, content);
  await page.goto(await local(file, "watch"));
  await expect(page.getByRole("region", { name: "Code of say" })).toHaveText("echo approved");
  writeFileSync(file, content.replace("echo approved", "echo edited"));
  await expect(page.getByRole("region", { name: "Code of say" })).toHaveText("echo edited");
  await run(page, "say");
  await expect(output(page, "say")).toHaveText("edited");
  rmSync(folder, { recursive: true, force: true });
});

test("a_local_document_is_shown_to_nobody_without_its_key", async ({ page, local }) => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
  writeFileSync(join(folder, "guide.md"), content);
  const url = await local(join(folder, "guide.md"));
  await page.goto(new URL("/", url).href);
  await expect(page.getByRole("heading", { name: "Open the address from your terminal" })).toBeVisible();
  await expect(page.getByLabel("Password")).toHaveCount(0);
  rmSync(folder, { recursive: true, force: true });
});
