import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { editable, expect, signUp, test } from "./hub.ts";

interface Sample {
  file: string;
  /** How many blocks the dialect's own rule lets run. */
  runs: number;
  /** Inline code, in the order of the text. */
  codes: string[];
  tables?: number;
  tasks?: string[];
  /** What stands in fences that do not run, or a line of it. */
  shown: string[];
}

/** The smallest PNG there is, as an image of a document. */
const dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

const samples: readonly Sample[] = [
  { file: "seed.md", runs: 2, codes: ["runnable", "a | b"], tables: 1, tasks: ["done", "open"], shown: ["plain words", "print('only shown')", "```runnable bash", "VALUE = 41"] },
  { file: "plain.md", runs: 4, codes: ["git log"], shown: ["graph TD", "$ transcript", "key: value", "SELECT 1"] },
  { file: "runme.md", runs: 3, codes: ["runme"], tasks: ["said hello"], shown: ["never here"] },
  { file: "livebook.livemd", runs: 2, codes: ["elixir"], shown: ["IO.puts", "an output of before", "only_shown()"] },
  { file: "quarto.qmd", runs: 2, codes: ["eval"], tables: 1, shown: ["not_evaluated()", "plain_fence()", "shown_with_its_braces()"] },
  { file: "myst.md", runs: 2, codes: ["code-cell", "skip"], shown: ["skipped()", "plain_fence()", "A note of MyST."] },
  { file: "marimo.md", runs: 1, codes: ["marimo"], shown: ["disabled()", "plain_fence()"] },
  { file: "mdbook.md", runs: 2, codes: ["main"], shown: ["ignored()", "compiled_only()"] },
  { file: "notebook.ipynb", runs: 2, codes: ["cells"], tables: 1, shown: ["raw words", "an older answer"] },
];

async function imported(page: Page, hub: string, file: string): Promise<string> {
  const data = readFileSync(join(import.meta.dirname, "dialects", file));
  const answer = await page.request.post(`${hub}/api/runbooks/import?name=${file}&outputs=true`, {
    data,
    headers: { "content-type": "application/octet-stream", origin: new URL(hub).origin },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { items } = (await answer.json()) as { items: { runbook: { id: string } | null }[] };
  return items[0]?.runbook?.id ?? "";
}

test("each_dialect_shows_all_it_holds_and_runs_what_its_rule_says", async ({ page, hub }) => {
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  await signUp(page, hub);
  for (const { file, runs, codes, tables = 0, tasks = [], shown } of samples) {
    await test.step(file, async () => {
      const id = await imported(page, hub, file);
      await page.goto(`${hub}/runbooks/${id}`);
      await editable(page);
      const article = page.getByRole("article");
      await expect(article.getByRole("button", { name: /^Run / }).and(page.locator(":not([aria-haspopup])"))).toHaveCount(runs);
      expect(await article.locator(":not(pre) > code").allTextContents()).toEqual(codes);
      await expect(article.locator("table")).toHaveCount(tables);
      expect(await article.getByRole("listitem").filter({ has: page.getByRole("checkbox") }).allTextContents()).toEqual(tasks.map((it) => ` ${it}`));
      const [image] = await article.locator("img").all();
      expect(await image?.getAttribute("src")).toBe(dot);
      await image?.scrollIntoViewIfNeeded();
      await expect.poll(() => image?.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(1);
      for (const words of shown) await expect(article.getByText(words).first()).toBeAttached();
    });
  }
  expect(wrong).toEqual([]);
});
