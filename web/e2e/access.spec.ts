import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { badge, expect, fence, openRunbook, output, run, signUp, test } from "./hub.ts";

const content = `---
title: Access
---
# Access

Prose with \`inline code\`, a [link](https://commonmark.org) and a table that is wide.

| a long heading in the first column | another long heading | and one more of them | the last |
|---|---|---|---|
| \`a_rather_long_identifier_without_spaces\` | text | text | text |

- [x] done
- [ ] open

${fence("bash name=first", "echo first; echo warning >&2; printf 'a very long line %.0s' $(seq 1 40)")}

${fence("bash name=second", "echo second")}

\`\`\`yaml
key: value
\`\`\`
`;

async function seriousProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter((it) => it.impact === "serious" || it.impact === "critical")
    .map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join(" | ")}`);
}

async function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

for (const scheme of ["light", "dark"] as const) {
  test(`no_serious_accessibility_problem_in_${scheme}`, async ({ page, hub }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.goto(`${hub}/sign-in`);
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
    expect(await seriousProblems(page)).toEqual([]);
    await signUp(page, hub);
    await expect(page.getByRole("link", { name: "Welcome to Runbook" })).toBeVisible();
    expect(await seriousProblems(page)).toEqual([]);
    await openRunbook(page, hub, "Access", content);
    await run(page, "first");
    await expect(badge(page, "first")).toHaveText("success");
    expect(await seriousProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "What isolates this session" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    expect(await seriousProblems(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Edit" }).click();
    await expect(page.getByRole("textbox", { name: "Source of the runbook" })).toBeVisible();
    expect(await seriousProblems(page)).toEqual([]);
  });
}

/** Shows each page of programs and functions with something on it, and gives it to `look`. */
async function eachProgramPage(page: Page, hub: string, look: () => Promise<void>): Promise<void> {
  await signUp(page, hub);
  await page.getByRole("link", { name: "Playground" }).click();
  await expect(page.getByRole("textbox", { name: "Python program" })).toBeVisible();
  for (const fold of ["Files", "Input", "Limits", "Network"]) await page.locator("summary").filter({ hasText: fold }).click();
  await page.getByRole("button", { name: "New file" }).click();
  await page.getByRole("textbox", { name: "Packages" }).fill("six");
  await page.getByRole("textbox", { name: "Packages" }).press("Enter");
  await page.getByLabel("Time, seconds").fill("900");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await look();
  await page.getByRole("button", { name: "Remove six" }).click();
  await page.getByLabel("Time, seconds").fill("");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.locator("[data-outcome]")).toHaveText("success");
  await page.getByRole("button", { name: "Copy as…" }).click();
  await expect(page.getByRole("region", { name: "curl snippet" })).toBeVisible();
  await look();
  await page.keyboard.press("Escape");

  await page.getByRole("link", { name: "Functions" }).click();
  await expect(page.getByRole("heading", { name: "No functions yet" })).toBeVisible();
  await look();
  await page.getByRole("link", { name: "New function" }).click();
  await page.getByLabel("Name", { exact: true }).fill("a-function-whose-name-is-quite-long-for-a-phone");
  await look();
  await page.getByRole("button", { name: "Create function" }).click();
  await expect(page.locator("main [data-state=ready]").first()).toBeVisible({ timeout: 30_000 });
  await look();
  await page.getByRole("link", { name: "Call" }).click();
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await expect(page.getByRole("region", { name: "Value of the call" })).toBeVisible();
  await look();
  await page.getByRole("link", { name: "Versions" }).click();
  await expect(page.getByRole("listitem", { name: "Version 0" })).toBeVisible();
  await look();
  await page.getByRole("link", { name: "History" }).click();
  await page.locator("summary").click();
  await look();
  await page.getByRole("link", { name: "Functions", exact: true }).click();
  await expect(page.getByRole("link", { name: /^a-function/ })).toBeVisible();
  await look();

  await page.getByRole("link", { name: "Your account" }).click();
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Nightly tests");
  await look();
  await page.getByRole("button", { name: "Create token" }).click();
  await expect(page.getByLabel("Token", { exact: true })).toBeVisible();
  await look();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Nightly tests" })).toBeVisible();
  await look();
}

for (const scheme of ["light", "dark"] as const) {
  test(`no_serious_accessibility_problem_where_programs_are_written_in_${scheme}`, async ({ page, hub }) => {
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await eachProgramPage(page, hub, async () => expect(await seriousProblems(page)).toEqual([]));
  });
}

test("a_phone_shows_programs_and_functions_without_sideways_scroll", async ({ page, hub }) => {
  await page.setViewportSize({ width: 375, height: 812 });
  await eachProgramPage(page, hub, async () => expect(await sidewaysScroll(page)).toBe(0));
});

test("the_keyboard_alone_leads_from_sign_up_to_output", async ({ page, hub }) => {
  const name = `keys-${Date.now().toString(36)}`;
  await page.goto(`${hub}/sign-up`);
  await expect(page.getByLabel("Email")).toBeVisible();
  const tabTo = async (label: RegExp) => {
    for (let press = 0; press < 40; press += 1) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        const id = element?.id ?? "";
        const of = id ? document.querySelector(`label[for="${CSS.escape(id)}"]`)?.textContent : null;
        return element?.getAttribute("aria-label") ?? of ?? element?.textContent ?? "";
      });
      if (label.test(focused)) return;
    }
    throw new Error(`Tab never reached ${label}`);
  };
  await tabTo(/^Email/);
  await page.keyboard.type(`${name}@example.com`);
  await tabTo(/^Username/);
  await page.keyboard.type(name);
  await tabTo(/^Password/);
  await page.keyboard.type("correct horse battery");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Your runbooks" })).toBeVisible();

  await openRunbook(page, hub, "Keys", content);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await tabTo(/^Block first/);
  await page.keyboard.press("Shift+Enter");
  await expect(page.getByRole("region", { name: "Block second" })).toBeFocused();
  await expect(badge(page, "first")).toHaveText("success");
  await page.keyboard.press("Control+Enter");
  await expect(output(page, "second")).toContainText("second");
  await expect(page.getByRole("status").filter({ hasText: "second: success" })).toBeAttached();
});

test("a_phone_never_scrolls_the_page_sideways", async ({ page, hub }) => {
  await page.setViewportSize({ width: 375, height: 812 });
  await signUp(page, hub);
  expect(await sidewaysScroll(page)).toBe(0);
  await openRunbook(page, hub, "A title that is long enough to need more than the width of a phone", content);
  await run(page, "first");
  await expect(badge(page, "first")).toHaveText("success");
  expect(await sidewaysScroll(page)).toBe(0);
  // A title with what leads back, and a line of what is done most: the rest is in a menu.
  const bar = page.locator(".sticky", { has: page.getByRole("button", { name: "Run all" }) });
  expect((await bar.boundingBox())?.height).toBeLessThan(100);
  // As wide as 1280 pixels are at 400 %.
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await sidewaysScroll(page)).toBe(0);
  await page.getByRole("button", { name: "More actions" }).click();
  await expect(page.getByRole("button", { name: "Disconnect" })).toBeVisible();
  expect(await seriousProblems(page)).toEqual([]);
  await page.getByRole("link", { name: "Edit source" }).click();
  await expect(page.getByRole("textbox", { name: "Source of the runbook" })).toBeVisible();
  expect(await sidewaysScroll(page)).toBe(0);
});

test("dark_mode_follows_the_system_and_a_choice_persists", async ({ page, hub }) => {
  const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${hub}/sign-in`);
  expect(await theme()).toBe("dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(theme).toBe("light");
  await page.getByRole("button", { name: "Switch to dark theme" }).click();
  await page.reload();
  expect(await theme()).toBe("dark");
  await expect(page.getByRole("button", { name: "Switch to light theme" })).toBeVisible();
});
