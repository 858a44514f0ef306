import type { Page } from "@playwright/test";
import { badge, block, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

const content = `# Editing\n\nInline \`code\` stays.\n\n${fence("bash name=say", "echo before")}`;
const source = (page: Page) => page.getByRole("textbox", { name: "Source of the runbook" });
const saved = (page: Page) => page.getByRole("status").filter({ hasText: /^Saved$/ });

test("the_source_as_a_whole_is_another_view_of_the_same_text", async ({ page, hub }) => {
  await signUp(page, hub);
  await openRunbook(page, hub, "Editing", content);
  await run(page, "say");
  await expect(output(page, "say")).toContainText("before");

  await page.getByRole("link", { name: "Edit source" }).click();
  await source(page).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(content.replace("echo before", "echo after"));
  await expect(saved(page)).toBeVisible();
  await page.getByLabel("Title", { exact: true }).fill("Edited");
  await page.getByLabel("Title", { exact: true }).press("Enter");
  await expect(page.getByText("Edited", { exact: true })).toBeVisible();

  await page.getByRole("link", { name: "Read" }).click();
  await expect(block(page, "say").getByText("stale")).toBeVisible();
  await run(page, "say");
  await expect(output(page, "say")).toContainText("after");
  await expect(badge(page, "say")).toHaveText("success");
  await expect(block(page, "say").getByText("stale")).toHaveCount(0);
});

test("what_a_program_saves_beside_an_open_page_appears_in_it", async ({ page, hub }) => {
  await signUp(page, hub);
  const id = await openRunbook(page, hub, "Beside", content);
  await page.evaluate(async (runbook) => {
    const { revision } = (await (await fetch(`/api/runbooks/${runbook}`)).json()) as { revision: number };
    const init = { method: "PUT", headers: { "content-type": "application/json" } };
    await fetch(`/api/runbooks/${runbook}`, { ...init, body: JSON.stringify({ content: "# Theirs\n\nOther words.\n", revision }) });
  }, id);
  await expect(page.getByRole("heading", { level: 1, name: "Theirs" })).toBeVisible();
  await expect(block(page, "say")).toHaveCount(0);
});

test("a_mistake_in_the_document_is_listed_with_its_line", async ({ page, hub }) => {
  await signUp(page, hub);
  await openRunbook(page, hub, "Mistake", `# Mistake\n\n${fence("bash name=open", "echo x").replace(/```\n$/, "")}`);
  await expect(page.getByRole("heading", { name: /in this document/ })).toBeVisible();
  await page.getByRole("link", { name: "Line 3" }).click();
  await expect(source(page)).toBeFocused();
});

test("a_runbook_is_created_and_deleted", async ({ page, hub }) => {
  await signUp(page, hub);
  await page.getByRole("button", { name: "New runbook" }).click();
  await page.getByLabel("Title", { exact: true }).fill("Brand new");
  await page.getByRole("button", { name: "Create runbook" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Brand new" })).toBeVisible();
  await page.getByRole("link", { name: "All runbooks" }).click();
  await page.getByRole("button", { name: "Delete Brand new" }).click();
  await page.getByRole("button", { name: "Delete runbook" }).click();
  await expect(page.getByRole("link", { name: "Brand new" })).toHaveCount(0);
});
