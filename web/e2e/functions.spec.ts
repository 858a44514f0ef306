import type { Page } from "@playwright/test";
import { expect, signUp, test } from "./hub.ts";
import { copied, lacking, runSnippet, tokenFor, write } from "./programs.ts";

const code = "Code of the function";
const value = (page: Page) => page.getByRole("region", { name: "Value of the call" });
const state = (page: Page) => page.locator("main [data-state]").first();
const view = (page: Page, name: string) => page.getByRole("navigation", { name: "Views of the function" }).getByRole("link", { name }).click();

async function make(page: Page, hub: string, name: string, text: string): Promise<void> {
  await signUp(page, hub);
  await page.getByRole("link", { name: "Functions" }).click();
  await expect(page.getByRole("heading", { name: "No functions yet" })).toBeVisible();
  await page.getByRole("link", { name: "New function" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await write(page, code, text);
  await page.getByRole("button", { name: "Create function" }).click();
  await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
  await expect(state(page)).toHaveText("ready", { timeout: 30_000 });
}

async function call(page: Page, input: string): Promise<void> {
  await view(page, "Call");
  await write(page, "Input of the call", input);
  await page.getByRole("button", { name: "Call", exact: true }).click();
}

async function save(page: Page, text: string): Promise<void> {
  await view(page, "Code");
  await write(page, code, text);
  await page.getByRole("button", { name: "Save as new version" }).click();
}

test("a_function_is_made_called_changed_compared_and_switched_back", async ({ page, hub }) => {
  await make(page, hub, "greet", 'def run(input):\n    return {"hello": input["name"]}\n');
  await call(page, '{"name": "Ada"}');
  await expect(value(page)).toHaveText('{\n  "hello": "Ada"\n}');
  const first = await page.getByText(/^of version/).textContent();

  await save(page, 'import sys\n\ndef run(input):\n    print("thinking", file=sys.stderr)\n    return {"goodbye": input["name"]}\n');
  await expect(page.getByText("Version 1 answers.")).toBeVisible({ timeout: 30_000 });
  await call(page, '{"name": "Bob"}');
  await expect(value(page)).toContainText('"goodbye": "Bob"');
  await expect(page.getByRole("region", { name: "Output of the call" })).toHaveText("thinking");

  await view(page, "Versions");
  await page.getByRole("button", { name: "Compare with 1" }).click();
  const changes = page.getByRole("region", { name: "From version 0 to version 1" });
  await expect(changes).toContainText('−     return {"hello": input["name"]}');
  await expect(changes).toContainText('+     return {"goodbye": input["name"]}');
  await page.getByRole("button", { name: "Switch to it" }).click();
  await page.getByRole("button", { name: "Switch to version 0" }).click();
  await expect(page.getByRole("listitem", { name: "Version 0" }).locator("[data-state]")).toHaveText("answers");
  await call(page, '{"name": "Eve"}');
  await expect(value(page)).toContainText('"hello": "Eve"');
  await expect(page.getByText(/^of version/)).toHaveText(first ?? "");

  await view(page, "History");
  await expect(page.locator("details")).toHaveCount(3);
  await page.locator("summary").filter({ hasText: "Bob" }).click();
  await expect(page.getByRole("region", { name: "Standard error" })).toHaveText("thinking\n");

  await page.getByRole("button", { name: "Delete greet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete function" }).click();
  await expect(page.getByRole("heading", { name: "No functions yet" })).toBeVisible();
});

test("a_version_that_cannot_be_built_leaves_the_last_good_one_answering", async ({ page, hub }) => {
  await make(page, hub, "careful", "def run(input):\n    return input + 1\n");
  await save(page, "def run(input:\n");
  await expect(state(page)).toHaveText("newest failed", { timeout: 30_000 });
  await expect(page.getByText("Version 0 goes on answering.").first()).toBeVisible();
  await expect(page.getByRole("region", { name: "What its build said" })).toContainText("SyntaxError");
  await call(page, "41");
  await expect(value(page)).toHaveText("42");

  await write(page, "Input of the call", "{41");
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "This is no JSON" })).toBeVisible();
});

test("unsaved_code_is_there_again_and_names_are_checked_before_they_are_sent", async ({ page, hub }) => {
  await signUp(page, hub);
  await page.goto(`${hub}/new-function`);
  await page.getByLabel("Name", { exact: true }).fill("Not A Name");
  await page.getByRole("button", { name: "Create function" }).click();
  await expect(page.getByText("Use small letters, digits, _ and -")).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("draft");
  await page.getByRole("tab", { name: "Bash" }).click();
  await expect(page.getByRole("textbox", { name: code })).toContainText("descriptor 3");
  await page.getByRole("button", { name: "Create function" }).click();
  await expect(state(page)).toHaveText("ready", { timeout: 30_000 });
  await write(page, code, "echo mine >&3\n");
  await page.reload();
  await expect(page.getByText("unsaved work of your last visit")).toBeVisible();
  await expect(page.getByRole("textbox", { name: code })).toContainText("echo mine");
  await page.getByRole("button", { name: "Discard draft" }).click();
  await expect(page.getByRole("textbox", { name: code })).toContainText("descriptor 3");

  // Saving with the keyboard leaves the cursor where it was.
  await write(page, code, "echo two >&3");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByText("Version 1 answers.")).toBeVisible({ timeout: 30_000 });
  await page.keyboard.insertText(" # and more");
  await expect(page.getByRole("textbox", { name: code })).toHaveText("echo two >&3 # and more");
  await expect(page.getByText("Unsaved changes")).toBeVisible();
});

test("a_secret_reaches_the_function_that_lists_it_and_is_hidden_in_what_it_prints", async ({ page, hub }) => {
  await signUp(page, hub);
  await page.goto(`${hub}/account`);
  await page.getByRole("button", { name: "New secret" }).click();
  await page.getByLabel("Name", { exact: true }).fill("API_PASSWORD");
  await page.getByLabel("Value").fill("swordfish-42");
  await page.getByRole("button", { name: "Save secret" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "API_PASSWORD" })).toBeVisible();
  await page.goto(`${hub}/new-function`);
  await page.getByLabel("Name", { exact: true }).fill("uses-secret");
  await page.getByRole("checkbox", { name: "API_PASSWORD" }).check();
  await write(page, code, 'import os\n\ndef run(input):\n    print("it is", os.environ["API_PASSWORD"])\n    return len(os.environ["API_PASSWORD"])\n');
  await page.getByRole("button", { name: "Create function" }).click();
  await expect(state(page)).toHaveText("ready", { timeout: 30_000 });
  await call(page, "null");
  await expect(value(page)).toHaveText("12");
  await expect(page.getByRole("region", { name: "Output of the call" })).not.toContainText("swordfish");
  await expect(page.getByRole("region", { name: "Output of the call" })).toContainText("it is");
});

for (const [language, label] of [
  ["curl", "curl"],
  ["typescript", "TypeScript"],
  ["python", "Python"],
] as const) {
  test(`a_call_that_is_copied_as_${language}_gives_the_same_value`, async ({ page, hub }) => {
    const why = lacking(language);
    test.skip(why !== null, why ?? "");
    await make(page, hub, "copied", "def run(input):\n    return len(input['words'])\n");
    await call(page, '{"words": ["it\'s", "\\"quoted\\"", "${x}"]}');
    await expect(value(page)).toHaveText("3");
    await page.getByRole("tab", { name: label, exact: true }).click();
    const text = await copied(page, `Copy as ${label}`);
    const { stdout, stderr } = await runSnippet(language, text, await tokenFor(page, ["function:run"]));
    const answer = language === "curl" ? (JSON.parse(stdout || "{}") as { value?: number }).value : Number(stdout);
    expect(answer, stderr).toBe(3);
  });
}
