import { describe, expect, it } from "vitest";
import type { Block } from "@/api/schema.ts";
import { firstList, listOf, withBlocks, type CellList } from "./cell-list.ts";
import { headingOf, hiddenBy, sectionsOf } from "./outline.ts";
import { splitCells } from "./split.ts";

const block = (line: number, end_line: number, code: string) => ({ id: `b${code}`, line, end_line, code, content_hash: code }) as Block;
const next = (list: CellList, text: string) => listOf(list, text, splitCells(text));
const ids = ({ cells }: CellList) => cells.map(({ id }) => id);
const fence = (code: string) => `\`\`\`sh\n${code}\n\`\`\`\n\n`;

describe("cells keep their identity", () => {
  const text = `# A\n\ntext\n\n${fence("1")}${fence("1")}end\n`;
  const list = firstList(text, [block(5, 7, "1"), { ...block(9, 11, "1"), id: "second" }]);

  it("when_one_is_put_among_them", () => {
    const now = next(list, text.replace("text\n\n", `text\n\n${fence("0")}`));
    expect(ids(now).toSpliced(2, 1)).toEqual(ids(list));
    expect(now.cells.map((cell) => cell.block?.id)).toEqual([undefined, undefined, undefined, "b1", "second", undefined]);
    expect(now.cells[3]).toBe(list.cells[2]);
  });

  it("when_one_is_changed_moved_or_removed", () => {
    const changed = next(list, text.replace("text", "other"));
    expect(ids(changed)).toEqual(ids(list));
    const moved = next(list, `text\n\n# A\n\n${fence("1")}${fence("1")}end\n`);
    expect(new Set(ids(moved))).toEqual(new Set(ids(list)));
    expect(moved.cells[0]).toBe(list.cells[1]);
    expect(ids(next(list, text.replace("# A\n\n", "")))).toEqual(ids(list).slice(1));
  });

  it("and_their_blocks_while_the_server_is_behind", () => {
    const ahead = next(list, `new\n\n${text.replace("1\n", "1 changed\n")}`);
    const read = `new\n\n${text}`;
    const after = withBlocks(ahead, read, [{ ...block(7, 9, "1"), id: "first" }, { ...block(11, 13, "1"), id: "second" }]);
    expect(after.cells.map((cell) => cell.block?.id)).toEqual([undefined, undefined, undefined, "first", "second", undefined]);
    expect(after.cells[4]).toBe(ahead.cells[4]);
  });
});

it("blocks_in_lists_belong_to_the_list_and_components_are_cells", () => {
  const text = "1. Do:\n\n   ```sh\n   ls\n   ```\n\n<Check\n  id=x />\n\ntext\n";
  const { cells } = firstList(text, [block(3, 5, "ls"), block(7, 8, "check")]);
  expect(cells.map(({ kind, nested, block: own }) => [kind, nested.map(({ line }) => line), own?.code ?? null])).toEqual([
    ["prose", [3], null],
    ["code", [], "check"],
    ["prose", [], null],
  ]);
});

it("a_comment_before_a_fence_does_not_hide_its_block", () => {
  const { cells } = firstList('<!-- livebook:{"output":true} -->\n\n```\n1\n```\n', [block(3, 5, "1")]);
  expect(cells.map((cell) => cell.block?.code)).toEqual(["1"]);
});

describe("outline", () => {
  const { cells } = firstList("# T\n\na\n\n## S **one** `x`\n\nb\n\n### D\n\nc\n\nS\n---\n\n## [l](x) ##\n", []);
  const sections = sectionsOf(cells);

  it("has_each_heading_with_what_is_below_it", () => {
    expect(sections.map(({ level, title, from, to }) => [level, title, from, to])).toEqual([
      [1, "T", 0, 8],
      [2, "S one x", 2, 6],
      [3, "D", 4, 6],
      [2, "S", 6, 7],
      [2, "l", 7, 8],
    ]);
    expect(headingOf({ kind: "prose", source: "#no heading" })).toBeNull();
    expect(headingOf({ kind: "prose", source: "- a\n---" })).toBeNull();
  });

  it("tells_equal_titles_apart_and_folds_all_below", () => {
    const twice = sectionsOf(firstList("# A\n\n# A\n", []).cells);
    expect(twice.map(({ slug }) => slug)).toEqual(["A", "A (2)"]);
    const hidden = hiddenBy(sections, new Set(["S one x"]), cells);
    expect([...hidden]).toEqual(cells.slice(3, 6).map(({ id }) => id));
  });
});
