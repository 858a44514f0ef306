import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { badge, block, editable, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

const content = `# Editing

First words.

## Work

${fence("bash name=slow", "echo begun; sleep 3; echo done")}
${fence("python name=twin-a", "print('twin')")}
${fence("python name=twin-b", "print('twin')")}
## End

Last words.
`;

const saved = (page: Page) => page.getByRole("status").filter({ hasText: /^Saved$/ });
const code = (page: Page, name: string) => page.getByRole("textbox", { name: `Code of ${name}`, exact: true });
const prose = (page: Page) => page.getByRole("textbox", { name: "Text in Markdown" });
const text = (page: Page, words: string) => page.getByRole("group", { name: `Text: ${words}` });

/** The document as the server has it. */
function stored(page: Page, id: string): Promise<string> {
  return page.evaluate(async (runbook) => ((await (await fetch(`/api/runbooks/${runbook}`)).json()) as { content: string }).content, id);
}

test("what_is_typed_in_place_is_run_and_kept_over_a_reload", async ({ page, hub }) => {
  await signUp(page, hub);
  const id = await openRunbook(page, hub, "In place", content);
  await editable(page);
  await run(page, "slow");
  await expect(output(page, "slow")).toContainText("begun");

  // A block above a running one: its output stays with it.
  await text(page, "Work").click();
  await expect(prose(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("b");
  await page.getByRole("textbox", { name: /^Code of/ }).waitFor();
  await page.keyboard.insertText("echo new");
  await expect(saved(page)).toBeVisible();
  await expect(output(page, "slow")).toContainText("done");
  await expect(badge(page, "slow")).toHaveText("success");

  // Ctrl+Enter runs what was just typed.
  await page.getByRole("region", { name: "Code of twin-b" }).click();
  await code(page, "twin-b").press("ControlOrMeta+a");
  await page.keyboard.insertText("print('changed')");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(output(page, "twin-b")).toContainText("changed");
  await expect(block(page, "twin-b").getByText("stale")).toHaveCount(0);
  await expect(output(page, "twin-a")).toHaveCount(0);

  await text(page, "Last words.").click();
  await prose(page).press("End");
  await page.keyboard.insertText(" And **more**.");
  await page.keyboard.press("Escape");
  await expect(page.locator("strong", { hasText: "more" })).toBeVisible();
  await expect(saved(page)).toBeVisible();

  const expected = content
    .replace("## Work\n", `## Work\n\n${fence("bash", "echo new").trimEnd()}\n`)
    .replace(/(twin-b\n)print\('twin'\)/, "$1print('changed')")
    .replace("Last words.", "Last words. And **more**.");
  expect(await stored(page, id)).toBe(expected);
  await page.reload();
  await expect(page.locator("strong", { hasText: "more" })).toBeVisible();
  await expect(output(page, "twin-b")).toContainText("changed");
});

test("the_keyboard_alone_selects_edits_moves_deletes_and_brings_back", async ({ page, hub }) => {
  await signUp(page, hub);
  const id = await openRunbook(page, hub, "Keys", content);
  await editable(page);
  await block(page, "twin-a").focus();
  await page.keyboard.press("Enter");
  await expect(code(page, "twin-a")).toBeFocused();
  await page.keyboard.insertText("# 1\n");
  await page.keyboard.press("Escape");
  await expect(block(page, "twin-a")).toBeFocused();
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("k");
  await expect(block(page, "twin-b")).toBeFocused();
  await page.keyboard.press("d");
  await page.keyboard.press("d");
  await expect(block(page, "twin-b")).toHaveCount(0);
  await expect(page.getByText("Deleted.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+z");
  await expect(block(page, "twin-b")).toBeFocused();
  await page.keyboard.press("Shift+b");
  await expect(prose(page)).toBeFocused();
  await page.keyboard.insertText("Between.");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+m");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(saved(page)).toBeVisible();
  const [a, b] = [fence("python name=twin-a", "print('twin')# 1\n"), fence("python name=twin-b", "print('twin')")];
  expect(await stored(page, id)).toContain(`${b}\nBetween.\n\n${a}`);
});

for (const scheme of ["light", "dark"] as const) {
  test(`editing_is_accessible_and_fits_a_phone_in_${scheme}`, async ({ page, hub }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const look = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter((it) => it.impact === "serious" || it.impact === "critical");
      expect(serious.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join(" | ")}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    };
    await signUp(page, hub);
    await openRunbook(page, hub, "Looks", content);
    await editable(page);
    await page.getByRole("region", { name: "Code of twin-a" }).click();
    await expect(code(page, "twin-a")).toBeVisible();
    await look();
    await block(page, "twin-a").getByRole("button", { name: "Block actions" }).click();
    await expect(page.getByRole("menuitem", { name: "Duplicate" })).toBeVisible();
    await look();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Fold Work", exact: true }).click();
    await expect(block(page, "twin-a")).toHaveCount(0);
    await page.setViewportSize({ width: 375, height: 812 });
    await text(page, "Last words.").click();
    await expect(prose(page)).toBeVisible();
    await look();
    await page.getByRole("button", { name: "Outline" }).click();
    await look();
    await page.getByRole("dialog", { name: "Outline" }).getByRole("button", { name: "Unfold Work in the outline" }).click();
    await expect(block(page, "twin-a")).toBeVisible();
  });
}
