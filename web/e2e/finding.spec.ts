import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { block, expect, fence, openRunbook, signUp, test } from "./hub.ts";

/** What somebody who writes for years may have. */
const many = 1_000;

const field = (page: Page) => page.getByRole("searchbox", { name: "Search your runbooks" });
const row = (page: Page, title: string) => page.getByRole("listitem").filter({ has: page.getByRole("link", { name: title, exact: true }) });

async function seriousProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((it) => it.impact === "serious" || it.impact === "critical");
  return serious.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join(" | ")}`);
}

/** Stores runbooks, some at a time, as a program would. */
async function store(page: Page, count: number): Promise<void> {
  await page.evaluate(async (all) => {
    let next = 0;
    const headers = { "content-type": "application/json" };
    const some = async () => {
      for (let n = next++; n < all; n = next++) {
        const content = `# Procedure ${n}\n\nWhat to do about service-${n}.\n\n\`\`\`runnable bash name=check\nsystemctl status unit_${n} --no-pager\n\`\`\`\n`;
        const response = await fetch("/api/runbooks", { method: "POST", headers, body: JSON.stringify({ title: `Procedure ${n}`, content }) });
        if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      }
    };
    await Promise.all(Array.from({ length: 5 }, some));
  }, count);
}

test("one_of_a_thousand_runbooks_is_found_by_what_stands_in_it", async ({ page, hub }) => {
  await signUp(page, hub);
  await store(page, many);
  const content = `---\ntags: [db]\n---\n# Restore\n\nFor the night shift.\n\n## From a dump\n\n${fence("bash name=restore", "pg_restore --clean dump.sql")}`;
  const id = await openRunbook(page, hub, "Restore the database", content);
  await page.goto(hub);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();

  await page.keyboard.press("/");
  await page.keyboard.type("pg_restore --cl");
  await expect(page.getByText("1 runbook found")).toBeVisible();
  const results = page.getByRole("region", { name: "Search results" });
  await expect(results.locator("mark")).toHaveText(["pg_restore", "--cl"]);
  await expect(results).toContainText("From a dump › restore › line 11");
  expect(await seriousProblems(page)).toEqual([]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${hub}/runbooks/${id}?line=11`);
  await expect(block(page, "restore")).toBeFocused();

  await page.goBack();
  await expect(field(page)).toHaveValue("pg_restore --cl");
  for (const [typed, words] of [
    ["\"status 77\"", "No runbooks found"],
    ["unit_77 ", "1 runbook found"],
    ["service-77 lang:bash", "1 runbook found"],
    ["night tag:db", "1 runbook found"],
    ["systemctl", "20 or more runbooks found"],
  ] as const) {
    await field(page).fill(typed);
    await expect(page.getByText(words, { exact: true }).first()).toBeVisible();
  }
  await field(page).fill("night tag:nothing");
  await expect(page.getByRole("heading", { name: "Nothing found" })).toBeVisible();
  await page.getByRole("button", { name: "Remove the filter tag:nothing" }).click();
  await expect(page.getByText("1 runbook found")).toBeVisible();

  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("restore the");
  await expect(page.getByRole("option").first()).toContainText("Restore the database");
  expect(await seriousProblems(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(id));
  // The palette offers the headings that are there when it opens.
  await expect(page.getByRole("heading", { name: "From a dump" })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("dump");
  await page.getByRole("group", { name: "On this page" }).getByRole("option", { name: "From a dump" }).click();
  await expect(page.getByRole("heading", { name: "From a dump" })).toBeInViewport();
});

test("runbooks_are_filed_starred_tagged_thrown_away_and_brought_back", async ({ page, hub }) => {
  await signUp(page, hub);
  await page.getByRole("button", { name: "New folder" }).click();
  await page.getByLabel("Name").fill("Tutorials");
  await page.getByRole("button", { name: "Create folder" }).click();
  await expect(row(page, "Tutorials")).toContainText("Empty");
  const more = (name: string) => page.getByRole("button", { name: `More for ${name}` });
  await more("Files and text").click();
  await page.getByRole("button", { name: "Move to a folder" }).click();
  await page.getByLabel("Folder", { exact: true }).selectOption("Tutorials");
  await page.getByRole("button", { name: "Move here" }).click();
  await expect(page.getByRole("link", { name: "Files and text" })).toHaveCount(0);
  await page.getByRole("link", { name: "Tutorials" }).click();
  await expect(page.getByRole("navigation", { name: "Way to this folder" })).toContainText("Tutorials");

  await page.getByRole("button", { name: "Give Files and text a star" }).click();
  await more("Files and text").click();
  await page.getByRole("button", { name: "Change tags" }).click();
  await page.getByRole("textbox", { name: "Your tags" }).fill("Basics");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Save tags" }).click();
  await page.getByRole("list", { name: "Tags", exact: true }).getByRole("link", { name: "basics" }).click();
  await expect(row(page, "Files and text")).toBeVisible();
  await page.getByRole("navigation", { name: "Parts of your library" }).getByRole("link", { name: "Starred" }).click();
  await expect(row(page, "Files and text")).toBeVisible();
  expect(await seriousProblems(page)).toEqual([]);

  await page.getByRole("button", { name: "Delete Files and text" }).click();
  await page.getByRole("button", { name: "Delete runbook" }).click();
  await expect(page.getByRole("heading", { name: "No stars yet" })).toBeVisible();
  await page.getByRole("link", { name: "Trash" }).click();
  await expect(page.getByText("30 days left")).toBeVisible();
  expect(await seriousProblems(page)).toEqual([]);
  await page.getByRole("button", { name: "Restore Files and text" }).click();
  await expect(page.getByRole("heading", { name: "The trash is empty" })).toBeVisible();
  await page.getByRole("link", { name: "Go to your runbooks" }).click();
  await expect(row(page, "Tutorials")).toContainText("1 runbook");
});
