import type { Page } from "@playwright/test";
import { expect, signUp, test } from "./hub.ts";
import { copied, lacking, runSnippet, tokenFor, write } from "./programs.ts";

const outcome = (page: Page) => page.getByRole("region", { name: "Program", exact: true }).locator("[data-outcome]");
const output = (page: Page) => page.getByRole("region", { name: /^Output of the/ });
const editor = /program$/;

async function openPlayground(page: Page, hub: string): Promise<void> {
  await signUp(page, hub);
  await page.getByRole("link", { name: "Playground" }).click();
  await expect(page.getByRole("heading", { name: "Playground" })).toBeVisible();
}

const tabs = [
  ["python", "Python"],
  ["node", "JavaScript"],
  ["typescript", "TypeScript"],
  ["golang", "Go"],
  ["rust", "Rust"],
  ["bash", "Bash"],
] as const;

test("hello_runs_in_each_language_that_is_installed", async ({ page, hub }) => {
  test.setTimeout(240_000);
  await openPlayground(page, hub);
  const runtimes = await page.evaluate(async () => ((await (await fetch("/api/runtimes")).json()) as { items: { name: string; available: boolean }[] }).items);
  for (const [runtime, tab] of tabs) {
    await page.getByRole("tab", { name: tab, exact: true }).click();
    if (runtimes.find((it) => it.name === runtime)?.available !== true) {
      console.log(`skipped: ${tab} is not installed`);
      await expect(page.getByRole("button", { name: "Run", exact: true })).toBeDisabled();
      continue;
    }
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await expect(outcome(page)).toHaveText("success", { timeout: 60_000 });
    await expect(output(page)).toHaveText("Hello, Mercury!Hello, Venus!Hello, Earth!");
  }
  // Each language kept what it had to show.
  await page.getByRole("tab", { name: "Python", exact: true }).click();
  await expect(output(page)).toContainText("Hello, Earth!");
});

test("a_program_streams_and_escape_cancels_it", async ({ page, hub }) => {
  await openPlayground(page, hub);
  await page.getByRole("tab", { name: "Bash" }).click();
  await write(page, editor, 'for n in $(seq 1 600); do printf "\\033[32mtick %s\\033[0m\\n" "$n"; sleep 0.1; done');
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(output(page)).toContainText("tick 3");
  await expect(output(page).locator(".ansi-fg-2").first()).toHaveText("tick 1");
  await page.keyboard.press("Escape");
  await expect(outcome(page)).toHaveText("stopped");
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
});

test("files_input_arguments_variables_and_limits_reach_the_program", async ({ page, hub }) => {
  await openPlayground(page, hub);
  await page.getByText("Files", { exact: true }).click();
  await page.getByRole("button", { name: "New file" }).click();
  await page.getByLabel("Path of the file").fill("data/deep/notes.txt");
  await write(page, /^File/, "from a file\n");
  await page.getByLabel("Files to upload").setInputFiles({ name: "raw.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 255, 10]) });
  await expect(page.getByRole("button", { name: "raw.bin 3 B" })).toBeVisible();
  await page.getByText("Input", { exact: true }).click();
  await page.getByLabel("Standard input").fill("from stdin\n");
  await page.getByLabel("Arguments").fill('--flag\n"two\\nlines"');
  await page.getByLabel("Environment").fill("GREETING=from a variable");
  await page.getByText("Limits", { exact: true }).click();
  await page.getByLabel("Time, seconds").fill("7");
  await write(
    page,
    editor,
    'import os, sys\nprint(open("data/deep/notes.txt").read(), end="")\nprint(open("raw.bin", "rb").read())\nprint(sys.stdin.read(), end="")\nprint(sys.argv[1:])\nprint(os.environ["GREETING"])\nsys.exit(3)\n',
  );
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(outcome(page)).toHaveText("exit 3");
  await expect(output(page)).toHaveText(`from a fileb'\\x00\\xff\\n'from stdin['--flag', 'two\\nlines']from a variable`);

  // The draft is there again after a reload, and goes only when it is asked to.
  await page.reload();
  await expect(page.getByRole("textbox", { name: editor })).toContainText("GREETING");
  await expect(page.getByLabel("Time, seconds")).toHaveValue("7");
  await page.getByRole("button", { name: "Begin anew" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Begin anew" }).click();
  await expect(page.getByRole("textbox", { name: editor })).toContainText("planet");
});

test("what_cannot_be_run_is_told_beside_its_field", async ({ page, hub }) => {
  await openPlayground(page, hub);
  await page.getByText("Limits", { exact: true }).click();
  await page.getByLabel("Time, seconds").fill("900");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByText("Use a whole number from 1 to 300.")).toBeVisible();
  await expect(page.getByRole("alert")).toContainText("time");
  await page.getByLabel("Time, seconds").fill("");
  // This one only the server refuses.
  await page.getByRole("textbox", { name: "Packages" }).fill("--index-url=http://evil.example");
  await page.getByRole("textbox", { name: "Packages" }).press("ControlOrMeta+Enter");
  await expect(page.getByRole("region", { name: "Settings" })).toContainText("is no dependency of python");
  await expect(outcome(page)).toHaveText("could not run");
});

test("a_link_carries_the_whole_program_and_runs_nothing_by_itself", async ({ page, hub, browser }) => {
  await openPlayground(page, hub);
  await page.getByRole("tab", { name: "Bash" }).click();
  await write(page, editor, 'echo "shared $1"');
  await page.getByText("Input", { exact: true }).click();
  await page.getByLabel("Arguments").fill("héllo");
  const link = await copied(page, "Copy link");
  expect(link).toMatch(/\/playground#program=1\.[\w-]+$/);

  const context = await browser.newContext();
  const other = await context.newPage();
  const asked: string[] = [];
  other.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
  await other.goto(link);
  // Signing in on the way does not lose it.
  await other.getByRole("link", { name: "Create an account" }).click();
  const name = `guest-${Date.now().toString(36)}`;
  await other.getByLabel("Email").fill(`${name}@example.com`);
  await other.getByLabel("Username").fill(name);
  await other.getByLabel("Password").fill("correct horse battery");
  await other.getByRole("button", { name: "Create account" }).click();
  await expect(other.getByText("This program came with a link.")).toBeVisible();
  await expect(other.getByRole("textbox", { name: editor })).toContainText('echo "shared $1"');
  expect(asked.filter((it) => it.includes("/api/code/run"))).toEqual([]);
  expect(asked.filter((it) => it.includes("program"))).toEqual([]);

  await other.getByRole("button", { name: "Run", exact: true }).click();
  await expect(output(other)).toHaveText("shared héllo");
  await other.getByRole("button", { name: "Back to my draft" }).click();
  await expect(other.getByText("This program came with a link.")).toHaveCount(0);
  await expect(other.getByRole("textbox", { name: editor })).toContainText("planet");
  await other.goto(link);
  await other.getByRole("button", { name: "Make it my draft" }).click();
  await expect(other).toHaveURL(/\/playground$/);
  await expect(other.getByRole("textbox", { name: editor })).toContainText("shared");
  await other.goto(`${link.slice(0, -6)}`);
  await expect(other.getByText("The link is damaged.")).toBeVisible();
  await context.close();
});

const tricky = `import sys, os
name = 'it''s "quoted" \\\\ \`\${x}\` """'
print(name, "é🙂", repr(sys.stdin.read()), sys.argv[1:], os.environ["A"], open("d/x").read())
sys.exit(5)
`;
const said = 'its "quoted" \\ `${x}` """ é🙂 \'line 1\\nJSON\\n\' ["$HOME", "it\'s"] $(id) file\n'.replaceAll('["$HOME", "it\'s"]', `['$HOME', "it's"]`);

for (const [language, label] of [
  ["curl", "curl"],
  ["typescript", "TypeScript"],
  ["python", "Python"],
] as const) {
  test(`what_is_copied_as_${language}_runs_the_same_program`, async ({ page, hub }) => {
    const why = lacking(language);
    test.skip(why !== null, why ?? "");
    await openPlayground(page, hub);
    await write(page, editor, tricky);
    await page.getByText("Files", { exact: true }).click();
    await page.getByRole("button", { name: "New file" }).click();
    await page.getByLabel("Path of the file").fill("d/x");
    await write(page, /^File/, "file");
    await page.getByText("Input", { exact: true }).click();
    await page.getByLabel("Standard input").fill("line 1\nJSON\n");
    await page.getByLabel("Arguments").fill("$HOME\nit's");
    await page.getByLabel("Environment").fill("A=$(id)");
    await page.getByRole("button", { name: "Copy as…" }).click();
    await page.getByRole("dialog").getByRole("tab", { name: label }).click();
    const text = await copied(page, `Copy as ${label}`);
    const token = await tokenFor(page, ["code:run"]);
    const { code, stdout, stderr } = await runSnippet(language, text, token);
    expect(stderr.replace(/^.*% Total[^]*$/m, "")).toBe("");
    if (language === "curl") {
      const events = stdout.trim().split("\n").map((line) => JSON.parse(line) as { event: string; data: { exit_code: number; stdout: string } });
      expect(events.at(-1)).toMatchObject({ event: "result", data: { exit_code: 5, stdout: said } });
      expect(code).toBe(0);
    } else {
      expect(stdout).toBe(said);
      expect(code).toBe(5);
    }
  });
}
