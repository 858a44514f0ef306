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
  await page.getByRole("link", { name: "Edit" }).click();
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
