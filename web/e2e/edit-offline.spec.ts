import type { BrowserContext, Page } from "@playwright/test";
import { editable, expect, openRunbook, signUp, test } from "./hub.ts";

const text = (page: Page, words: string) => page.getByRole("group", { name: `Text: ${words}` });

/** Writes at the end of a paragraph, and leaves it. */
async function add(page: Page, words: string, more: string): Promise<void> {
  await text(page, words).click();
  await page.getByRole("textbox", { name: "Text in Markdown" }).press("ControlOrMeta+End");
  await page.keyboard.insertText(more);
  await page.keyboard.press("Escape");
}

/** Ends the connections of a page and refuses new ones, as a lost network does. */
async function unplug(context: BrowserContext, page: Page): Promise<void> {
  await context.setOffline(true);
  await expect(page.getByRole("status").filter({ hasText: /^Offline/ })).toBeVisible();
}

test("two_who_edit_offline_have_the_same_text_when_they_are_back", async ({ browser, page, context, hub }) => {
  await signUp(page, hub);
  const id = await openRunbook(page, hub, "Apart", "# Apart\n\nOne.\n\nTwo.\n");
  const second = await browser.newContext({ storageState: await context.storageState() });
  const other = await second.newPage();
  await other.goto(`${hub}/runbooks/${id}`);
  await editable(page);
  await editable(other);

  await add(page, "One.", " Live.");
  await expect(other.getByText("One. Live.")).toBeVisible();

  await unplug(context, page);
  await unplug(second, other);
  await add(page, "One. Live.", " Mine.");
  await add(other, "Two.", " Theirs.");
  await expect(page.getByText("Offline: kept in this browser")).toBeVisible();
  await context.setOffline(false);
  await second.setOffline(false);
  for (const reader of [page, other]) {
    await expect(reader.getByText("One. Live. Mine.")).toBeVisible();
    await expect(reader.getByText("Two. Theirs.")).toBeVisible();
    await expect(reader.getByRole("status").filter({ hasText: /^Saved$/ })).toBeVisible();
  }
  await second.close();

  const stored = await page.evaluate(async (runbook) => ((await (await fetch(`/api/runbooks/${runbook}`)).json()) as { content: string }).content, id);
  expect(stored).toBe("# Apart\n\nOne. Live. Mine.\n\nTwo. Theirs.\n");
});

test("words_typed_without_a_connection_outlive_the_page", async ({ page, context, hub }) => {
  await signUp(page, hub);
  const id = await openRunbook(page, hub, "Alone", "# Alone\n\nOne.\n");
  await editable(page);
  await unplug(context, page);
  await add(page, "One.", " Kept.");
  await page.close();
  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto(`${hub}/runbooks/${id}`);
  await expect(again.getByText("One. Kept.")).toBeVisible();
  await expect(again.getByRole("status").filter({ hasText: /^Saved$/ })).toBeVisible();
});
