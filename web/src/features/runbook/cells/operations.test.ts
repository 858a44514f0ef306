import { describe, expect, it } from "vitest";
import { languageIn, newInfo, withLanguage, withoutName } from "./dialect.ts";
import { applied, differenceOf, type Edit } from "./line-map.ts";
import {
  canMerge, changeLanguage, codeOf, convert, duplicate, editCode, insert, merge, moveTo, newBlock, remove, sealed, sourceOf, split, type Operation, type Sheet,
} from "./operations.ts";
import { splitCells } from "./split.ts";

const sheetOf = (text: string): Sheet => ({ text, spans: splitCells(text) });
const cells = (text: string) => splitCells(text).map((span) => text.slice(span.from, span.to));
const after = (sheet: Sheet, { edits }: Operation) => applied(sheet.text, edits);

const fenced = "```runnable python name=a\nx = 1\nprint(x)\n```";
const document = `---\ntitle: T\n---\n# Title\n\nFirst text.\n\n${fenced}\n\nLast text.\n`;

/** A small generator of its own: the same documents in each run. */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const proses = ["Some text.", "# Heading", "Two lines\nof text 😀", "> quoted\n> text", "| a | b |\n|---|---|\n| 1 | 2 |", "Setext\n======"];
const codes = ["", "x", "a\n\nb", "  indented\n\ttab", "```\ninner\n```", "ünï\n😀"];

function someDocument(next: (below: number) => number): string {
  const end = next(3) === 0 ? "\r\n" : "\n";
  const parts = Array.from({ length: 1 + next(7) }, () => {
    if (next(2) === 0) return (proses[next(proses.length)] ?? "").replaceAll("\n", end);
    const prefix = " ".repeat(next(3) === 0 ? next(4) : 0);
    const code = codes[next(codes.length)] ?? "";
    const marker = (next(2) === 0 ? "`" : "~").repeat(code.includes("```") ? 4 : 3 + next(2));
    const lines = code === "" ? [] : code.split("\n").map((line) => (line === "" ? "" : prefix + line));
    return [`${prefix}${marker}${next(2) === 0 ? "runnable bash" : "python"}`, ...lines, prefix + marker].join(end);
  });
  const front = next(3) === 0 ? `---${end}title: x${end}---${end}` : "";
  return front + parts.map((part) => part + end.repeat(2 + next(2))).join("").replace(/(\r?\n)+$/, next(2) === 0 ? end : "");
}

function eachDocument(look: (sheet: Sheet, next: (below: number) => number) => void): void {
  for (let seed = 1; seed <= 300; seed += 1) {
    const next = random(seed);
    look(sheetOf(someDocument(next)), next);
  }
}

describe("in any document", () => {
  it("the_cells_and_what_lies_between_them_are_the_whole_text", () => {
    eachDocument(({ text, spans }) => {
      let at = 0;
      for (const span of spans) {
        const gap = text.slice(at, span.from);
        expect(at === 0 || gap.trim() === "").toBe(true);
        expect(span.line).toBe(text.slice(0, span.from).split("\n").length);
        at = span.to;
      }
      expect(text.slice(at).trim()).toBe("");
    });
  });

  it("removing_a_cell_leaves_every_other_one_as_it_was", () => {
    eachDocument((sheet, next) => {
      const before = cells(sheet.text);
      const index = next(before.length);
      expect(cells(after(sheet, remove(sheet, index)))).toEqual(before.toSpliced(index, 1));
    });
  });

  it("inserting_moving_and_doubling_leave_every_other_cell_as_it_was", () => {
    eachDocument((sheet, next) => {
      const before = cells(sheet.text);
      const [index, target] = [next(before.length), next(before.length + 1)];
      const put = insert(sheet, target, "New text.");
      const inserted = after(sheet, put);
      expect(cells(inserted)).toEqual(before.toSpliced(target, 0, "New text."));
      expect(inserted.slice(put.focus)).toMatch(/^New text\./);
      const move = moveTo(sheet, index, target);
      const moved = after(sheet, move);
      const [cell = ""] = before.slice(index, index + 1);
      const rest = before.toSpliced(index, 1);
      expect(cells(moved)).toEqual(rest.toSpliced(target > index ? target - 1 : target, 0, cell));
      expect(moved.slice(move.focus).startsWith(cell)).toBe(true);
      expect(cells(after(sheet, duplicate(sheet, index)))).toEqual(before.toSpliced(index + 1, 0, cell));
    });
  });

  it("an_edit_of_code_is_that_edit_and_nothing_else", () => {
    eachDocument((sheet, next) => {
      const index = sheet.spans.findIndex(({ fence }) => fence);
      const span = sheet.spans[index];
      if (!span) return;
      const code = codeOf(sheet, span);
      const from = Array.from(code).slice(0, next(Array.from(code).length + 1)).join("").length;
      const change: Edit = { from, to: next(2) === 0 ? code.length : from, insert: ["y", "y\nz", "````\n", "~~~~", "\n\n  q\n"][next(5)] ?? "" };
      const text = applied(sheet.text, editCode(sheet, span, change));
      const changed = sheetOf(text);
      const now = changed.spans[index];
      expect(now && codeOf(changed, now)).toBe(applied(code, [change]));
      const others = (all: string[]) => all.toSpliced(index, 1);
      expect(others(cells(text))).toEqual(others(cells(sheet.text)));
      if (sheet.text.includes("\r\n")) expect(/[^\r]\n/.test(text)).toBe(false);
    });
  });

  it("dividing_a_block_and_joining_its_halves_gives_its_code_again", () => {
    eachDocument((sheet, next) => {
      const index = sheet.spans.findIndex(({ fence }) => fence && fence.bodyTo > fence.bodyFrom);
      const span = sheet.spans[index];
      if (!span) return;
      const lines = codeOf(sheet, span).split("\n");
      const line = next(lines.length - 1) + 1;
      const at = Math.min(lines.slice(0, line).join("\n").length + 1, codeOf(sheet, span).length);
      const done = split(sheet, index, at);
      const divided = sheetOf(after(sheet, done));
      expect(divided.spans.length).toBe(sheet.spans.length + 1);
      expect(divided.spans[index + 1]?.from).toBe(done.focus);
      const joined = sheetOf(after(divided, merge(divided, index)));
      const now = joined.spans[index];
      expect(now && codeOf(joined, now).trimEnd()).toBe(codeOf(sheet, span).trimEnd());
    });
  });
});

describe("split", () => {
  const sheet = sheetOf(document);
  const index = 2;

  it("code_is_divided_at_the_line_of_the_cursor_and_the_copy_has_no_name", () => {
    const text = after(sheet, split(sheet, index, 6));
    expect(cells(text).slice(2, 4)).toEqual(["```runnable python name=a\nx = 1\n```", "```runnable python\nprint(x)\n```"]);
    expect(cells(after(sheet, split(sheet, index, 5)))).toEqual(cells(text));
  });

  it("the_first_and_the_last_place_give_an_empty_block", () => {
    expect(cells(after(sheet, split(sheet, index, 0)))[2]).toBe("```runnable python name=a\n```");
    expect(cells(after(sheet, split(sheet, index, 14)))[3]).toBe("```runnable python\n```");
  });

  it("a_cursor_within_a_line_divides_the_line", () => {
    expect(cells(after(sheet, split(sheet, index, 8))).slice(2, 4)).toEqual([
      "```runnable python name=a\nx = 1\npr\n```",
      "```runnable python\nint(x)\n```",
    ]);
  });

  it("prose_becomes_two_paragraphs", () => {
    const prose = sheetOf("One two\nthree\n");
    expect(cells(after(prose, split(prose, 0, 3)))).toEqual(["One", " two\nthree"]);
    expect(cells(after(prose, split(prose, 0, 7)))).toEqual(["One two", "three"]);
    expect(split(prose, 0, 0).edits).toEqual([]);
  });
});

describe("merge", () => {
  it("blocks_join_under_the_first_ones_fence_which_grows_if_it_must", () => {
    const sheet = sheetOf("```python\na\n```\n\n~~~~sh\n```\n~~~~\n");
    expect(after(sheet, merge(sheet, 0))).toBe("````python\na\n```\n````\n");
  });

  it("blocks_of_another_indentation_take_the_first_ones", () => {
    const sheet = sheetOf("```python\na\n```\n\n  ```python\n  b\n    c\n  ```\n");
    expect(after(sheet, merge(sheet, 0))).toBe("```python\na\nb\n  c\n  ```\n");
  });

  it("text_joins_text_and_never_code", () => {
    const sheet = sheetOf("One.\n\nTwo.\n\n```sh\n```\n");
    expect(after(sheet, merge(sheet, 0))).toBe("One.\nTwo.\n\n```sh\n```\n");
    expect(canMerge(sheet, 1)).toBe(false);
    expect(canMerge(sheet, 2)).toBe(false);
  });
});

describe("insert", () => {
  it("a_document_without_cells_gets_its_first_behind_the_front_matter", () => {
    expect(after(sheetOf(""), insert(sheetOf(""), 0, "Text"))).toBe("Text\n");
    const front = sheetOf("---\na: b\n---\n");
    expect(after(front, insert(front, 0, "Text"))).toBe("---\na: b\n---\nText\n");
  });

  it("cells_that_stood_close_get_a_blank_line", () => {
    const sheet = sheetOf("# A\ntext\n");
    expect(after(sheet, insert(sheet, 1, "new"))).toBe("# A\n\nnew\n\ntext\n");
    const close = sheetOf("para\n```sh\n```\nmore\n");
    expect(cells(after(close, remove(close, 1)))).toEqual(["para", "more"]);
  });
});

it("new_blocks_are_written_as_the_document_writes_its_own", () => {
  for (const [text, expected] of [
    ["", "runnable go"],
    ["```runnable python name=x\n```", "runnable go"],
    ["```python {run name=x}\n```", "go {run}"],
    ["```{python}\n```", "{go}"],
    ["```{code-cell} ipython3\n```", "{code-cell} go"],
    ["```python {.marimo}\n```", "go {.marimo}"],
    ["```sh { name=x }\n```", "go"],
    ["```\nplain\n```", "runnable go"],
  ] as const) {
    expect(newInfo(splitCells(text).flatMap(({ fence }) => fence ?? []), "go"), text).toBe(expected);
  }
  expect(newBlock(sheetOf("~~~python\r\nx\r\n~~~\r\n"), "go")).toBe("~~~go\r\n\r\n~~~");
});

it("the_language_is_found_and_changed_where_each_dialect_writes_it", () => {
  for (const [info, changed] of [
    ["python", "go"],
    ["runnable python name=x", "runnable go name=x"],
    ["runnable name=x", "runnable go name=x"],
    ["runnable", "runnable go"],
    ["file python a.py", "file go a.py"],
    ["{python}", "{go}"],
    ["{code-cell} ipython3", "{code-cell} go"],
    ["{.python .x}", "{.go .x}"],
    ["python {run name=x}", "go {run name=x}"],
    ["rust,ignore", "go,ignore"],
    ["", "go"],
  ] as const) {
    expect(withLanguage(info, "go"), info).toBe(changed);
  }
  expect(languageIn("runnable python")).toEqual({ word: "python", from: 9 });
  const sheet = sheetOf("```  python x\n```\n");
  const [span] = sheet.spans;
  expect(span && applied(sheet.text, changeLanguage(sheet, span, "bash"))).toBe("```  bash x\n```\n");
});

it("a_copy_loses_the_name_and_keeps_the_rest", () => {
  for (const [info, expected] of [
    ["runnable python name=x timeout=3s", "runnable python timeout=3s"],
    ["python {run name=x}", "python {run}"],
    ["sh { name=x tag=a }", "sh {tag=a}"],
    ['sh {"name":"x","background":"true"}', 'sh {"background":"true"}'],
    ['sh {"name":"x"}', "sh"],
    ["python", "python"],
  ] as const) {
    expect(withoutName(info), info).toBe(expected);
  }
});

it("prose_that_opens_a_fence_is_closed_before_it_swallows_what_follows", () => {
  expect(sealed("text", "\n")).toBe("text");
  expect(sealed("```python\nx", "\n")).toBe("```python\nx\n```");
  expect(sealed("~~~~\n", "\r\n")).toBe("~~~~\n~~~~");
  expect(sealed("```\na\n```", "\n")).toBe("```\na\n```");
});

it("prose_becomes_a_block_and_a_block_prose", () => {
  const sheet = sheetOf("```python\na = 1\n```\n\nx = 1\n");
  expect(after(sheet, convert(sheet, 1, "bash"))).toBe("```python\na = 1\n```\n\n```bash\nx = 1\n```\n");
  expect(after(sheet, convert(sheet, 0, "bash"))).toBe("a = 1\n\nx = 1\n");
});

it("what_belongs_together_is_one_cell", () => {
  for (const [text, expected] of [
    ["- a\n\n- b\n\n  more\n\ntext", ["- a\n\n- b\n\n  more", "text"]],
    ["1. step\n\n   ```sh\n   ls\n\n   ls\n   ```\n\n2. next\n", ["1. step\n\n   ```sh\n   ls\n\n   ls\n   ```\n\n2. next"]],
    ["- ```sh\n  a\n  ```\n- b", ["- ```sh\n  a\n  ```\n- b"]],
    ["- a\n```sh\nx\n```", ["- a", "```sh\nx\n```"]],
    ["<!--\n\n```sh\nx\n```\n-->\n\ntext", ["<!--\n\n```sh\nx\n```\n-->", "text"]],
    ["<div>\n```\nx\n```\n</div>\n\ntext", ["<div>\n```\nx\n```\n</div>", "text"]],
    ['<!-- livebook:{"output":true} -->\n\n```\n1\n```', ['<!-- livebook:{"output":true} -->\n\n```\n1\n```']],
    ["    code\n\n    more\n\ntext", ["    code\n\n    more", "text"]],
    ["> a\n>\n> ```sh\n> x\n> ```\n\ntext", ["> a\n>\n> ```sh\n> x\n> ```", "text"]],
    ["text\n***\nmore", ["text\n***\nmore"]],
    ["[^1]: note\n\n    more\n\ntext", ["[^1]: note\n\n    more", "text"]],
    ["A\n---\ntext\n## B\nmore", ["A\n---", "text", "## B", "more"]],
    ["````md\n```sh\n```\n````", ["````md\n```sh\n```\n````"]],
    ["```sh\nnever closed\n\ntext", ["```sh\nnever closed\n\ntext"]],
    ["+++\na = 1\n+++\ntext", ["text"]],
    ['{"a": {\n}\n}\ntext', ["text"]],
    ["---\n\ntext", ["---", "text"]],
  ] as const) {
    expect(cells(text), text).toEqual(expected);
  }
});

it("lines_that_are_reserved_are_a_cell_whatever_they_look_like", () => {
  const text = "Text\n<Command\n  id=x />\nmore\n";
  const spans = splitCells(text, [{ line: 2, end_line: 3 }]);
  expect(spans.map((span) => sourceOf({ text, spans }, span))).toEqual(["Text", "<Command\n  id=x />", "more"]);
  expect(spans.map(({ kind }) => kind)).toEqual(["prose", "code", "prose"]);
});

it("a_difference_never_divides_a_character", () => {
  for (const [before, now] of [["a😀b", "a😁b"], ["😀", ""], ["x", "x😀"], ["aa", "aaa"], ["😀😀", "😀"]] as const) {
    const edit = differenceOf(before, now);
    expect(edit && applied(before, [edit])).toBe(now);
    expect(edit && /[\ud800-\udfff]/u.test(edit.insert)).toBe(false);
  }
  expect(differenceOf("a", "a")).toBeNull();
});
