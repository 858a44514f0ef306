// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Block, RunbookInput, RuntimeName } from "@/api/schema.ts";

beforeAll(() => {
  // jsdom has no media queries; the theme asks for one when its module loads.
  window.matchMedia = (media: string) =>
    ({ matches: false, media, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
});
afterEach(cleanup);

const block = (over: Partial<Block>): Block => ({
  id: "b1",
  kind: "code",
  runnable: true,
  index: 0,
  name: null,
  language: "python",
  runtime: "python",
  path: null,
  line: 1,
  end_line: 3,
  code: "print(1)",
  content_hash: "h",
  timeout_ms: null,
  needs: [],
  tags: [],
  background: false,
  manual: false,
  expect: "success",
  hide: "nothing",
  secrets: [],
  ...over,
});

async function show(content: string, blocks: Block[], missingRuntimes = new Map<RuntimeName, string>(), fields: RunbookInput[] = []) {
  const { RunbookDocument } = await import("./runbook-document.tsx");
  const { RunbookContext } = await import("./runbook-context.ts");
  const { Runner } = await import("./runner.ts");
  const { InputsDesk } = await import("./inputs-state.ts");
  const runner = new Runner("rb_1", {
    prepare: async () => ({}),
    typed: () => undefined,
    connect: () => Promise.reject(new Error("no test connects")),
    outdated: () => undefined,
    failed: () => undefined,
  });
  const inputs = new InputsDesk("rb_1", () => undefined);
  inputs.setFields(fields);
  const context = {
    runner,
    stale: new Map<string, string>(),
    inputs,
    problems: new Map(),
    forms: new Map<string, number>(),
    missingRuntimes,
  };
  const { firstList } = await import("./cells/cell-list.ts");
  const { sectionsOf } = await import("./cells/outline.ts");
  const list = firstList(content, blocks);
  return render(
    <RunbookContext value={context}>
      <RunbookDocument list={list} sections={sectionsOf(list.cells)} folded={new Set()} onFold={() => undefined} hasForm={fields.length > 0} />
    </RunbookContext>,
  );
}

describe("RunbookDocument", () => {
  it("two_identical_fences_are_two_blocks_told_apart_by_their_line", async () => {
    const fence = "```runnable python\nprint(1)\n```\n";
    await show(`${fence}\n${fence}`, [block({}), block({ id: "b2", index: 1, line: 5, end_line: 7 })]);
    expect(screen.getAllByRole("button", { name: /^Run / }).map((button) => button.getAttribute("aria-label"))).toEqual([
      "Run 1 (Python)",
      "Run 2 (Python)",
    ]);
  });

  it("a_block_whose_language_is_missing_cannot_be_run_and_says_what_to_do", async () => {
    const missing = new Map<RuntimeName, string>([["python", "Install python."]]);
    const fence = "```runnable python\nprint(1)\n```\n";
    await show(`${fence}\n${fence}`, [block({}), block({ id: "b2", index: 1, line: 5, end_line: 7, runtime: "bash" })], missing);
    const disabled = screen.getAllByRole("button", { name: /^Run / }).map((button) => (button as HTMLButtonElement).disabled);
    expect(disabled).toEqual([true, false]);
    expect(screen.getAllByText("Install python.")).toHaveLength(1);
  });

  it("fences_that_do_not_run_and_inline_code_are_shown_in_full", async () => {
    const { container } = await show("Use `make all`.\n\n```\nplain\n```\n\n```yaml\na: 1\n```\n", []);
    expect(container.textContent).toContain("make all");
    expect(container.textContent).toContain("plain");
    expect(container.textContent).toContain("a: 1");
    expect(screen.queryAllByRole("button")).toHaveLength(0);
  });

  it("front_matter_is_hidden_and_blocks_below_it_are_still_found", async () => {
    const { container } = await show("---\ntitle: x\n---\n# T\n\n```runnable python\nprint(1)\n```\n", [block({ line: 6, end_line: 8 })]);
    expect(container.textContent).not.toContain("title: x");
    expect(screen.getByRole("button", { name: "Run 1 (Python)" })).toBeTruthy();
  });

  it("a_file_block_shows_its_path_and_no_run_button", async () => {
    await show("```file python a/b.py\nx\n```\n", [block({ kind: "file", runnable: false, index: null, path: "a/b.py", runtime: null })]);
    expect(screen.getByRole("region", { name: "File a/b.py" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Run/ })).toBeNull();
  });

  it("raw_html_becomes_text_and_dangerous_links_lose_their_target", async () => {
    const { container } = await show('<script>bad()</script>\n\n<b onclick="bad()">bold</b>\n\n[x](javascript:bad())', []);
    expect(container.querySelector("script, b")).toBeNull();
    expect(container.textContent).toContain("<script>bad()</script>");
    expect(container.querySelector("a")?.getAttribute("href")).toBe("");
  });

  it("links_and_footnotes_defined_elsewhere_are_resolved_and_comments_are_not_shown", async () => {
    const { container } = await show("See [the site][s] and this.[^n]\n\n<!-- to authors -->\n\n[s]: https://example.com\n[^n]: A note.\n", []);
    expect(container.querySelector("a")?.getAttribute("href")).toBe("https://example.com");
    expect(container.textContent).toContain("A note.");
    expect(container.textContent).not.toContain("to authors");
  });

  it("a_block_in_a_list_runs_where_it_stands", async () => {
    await show("1. First\n\n   ```runnable python\n   print(1)\n   ```\n\n2. Second\n", [block({ line: 3, end_line: 5 })]);
    expect(screen.getByRole("button", { name: "Run 1 (Python)" }).closest("li")).toBeTruthy();
    expect(screen.getAllByRole("list")).toHaveLength(1);
  });

  it("tables_and_task_lists_of_gfm_are_rendered", async () => {
    await show("| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n", []);
    expect(screen.getByRole("table")).toBeTruthy();
    expect(screen.getAllByRole("checkbox")).toHaveLength(2);
  });

  it("the_form_of_the_front_matter_stands_below_the_title", async () => {
    const who: RunbookInput = { name: "WHO", kind: "text", label: "Your name", help: null, default: "", options: [], required: true, pattern: null, min: null, max: null, line: null };
    const { container } = await show("# Title\n\nText", [], new Map(), [who]);
    expect(screen.getByLabelText("Your name")).toBeTruthy();
    expect([...container.querySelectorAll("h1, section, p")].map((element) => element.tagName)).toEqual(["H1", "SECTION", "P"]);
  });
});
