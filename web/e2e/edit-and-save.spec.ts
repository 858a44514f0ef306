import type { Page } from "@playwright/test";
import { badge, block, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

const content = `# Editing\n\nInline \`code\` stays.\n\n${fence("bash name=say", "echo before")}`;
const source = (page: Page) => page.getByRole("textbox", { name: "Source of the runbook" });

async function replaceSource(page: Page, text: string): Promise<void> {
  await source(page).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
}

test("an_edited_block_marks_its_old_output_stale_and_runs_anew", async ({ page, hub }) => {
  await signUp(page, hub);
  await openRunbook(page, hub, "Editing", content);
  await run(page, "say");
  await expect(output(page, "say")).toContainText("before");

  await page.getByRole("link", { name: "Edit" }).click();
  await replaceSource(page, content.replace("echo before", "echo after"));
  await expect(page.getByText("Unsaved changes")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+s");
  await expect(page.getByText("All changes saved")).toBeVisible();

  await page.getByRole("link", { name: "Read" }).click();
  await expect(block(page, "say").getByText("stale")).toBeVisible();
  await run(page, "say");
  await expect(output(page, "say")).toContainText("after");
  await expect(badge(page, "say")).toHaveText("success");
  await expect(block(page, "say").getByText("stale")).toHaveCount(0);
});

test("unsaved_text_survives_a_reload_and_leaving_asks_first", async ({ page, hub }) => {
  await signUp(page, hub);
  await openRunbook(page, hub, "Draft", content);
  await page.getByRole("link", { name: "Edit" }).click();
  await replaceSource(page, "# Kept in this browser\n");
  await expect(page.getByText("Unsaved changes")).toBeVisible();

  await page.getByRole("link", { name: "Read" }).click();
  await page.getByRole("button", { name: "Keep editing" }).click();
  await expect(source(page)).toContainText("Kept in this browser");

  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await expect(source(page)).toContainText("Kept in this browser");
  await expect(page.getByText("unsaved text from your last visit")).toBeVisible();
  await page.getByRole("button", { name: "Discard draft" }).click();
  await expect(source(page)).toContainText("Editing");
});

test("a_conflict_loses_neither_version", async ({ page, hub }) => {
  await signUp(page, hub);
  const id = await openRunbook(page, hub, "Conflict", content);
  await page.getByRole("link", { name: "Edit" }).click();
  await replaceSource(page, "# Mine\n");
  const saveTheirs = () =>
    page.evaluate(async (runbook) => {
      const { revision } = (await (await fetch(`/api/runbooks/${runbook}`)).json()) as { revision: number };
      const init = { method: "PUT", headers: { "content-type": "application/json" } };
      await fetch(`/api/runbooks/${runbook}`, { ...init, body: JSON.stringify({ content: "# Theirs\n", revision }) });
    }, id);

  await saveTheirs();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Load theirs" }).click();
  await expect(source(page)).toContainText("Theirs");
  await source(page).click();
  await page.keyboard.press("ControlOrMeta+z");
  await expect(source(page)).toContainText("Mine");

  await saveTheirs();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Keep mine" }).click();
  await expect(page.getByText("All changes saved")).toBeVisible();
  await page.getByRole("link", { name: "Read" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Mine" })).toBeVisible();
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
  await page.getByLabel("Title").fill("Brand new");
  await page.getByRole("button", { name: "Create runbook" }).click();
  await expect(source(page)).toContainText("Brand new");
  await page.getByRole("link", { name: "All runbooks" }).click();
  await page.getByRole("button", { name: "Delete Brand new" }).click();
  await page.getByRole("button", { name: "Delete runbook" }).click();
  await expect(page.getByRole("link", { name: "Brand new" })).toHaveCount(0);
});
