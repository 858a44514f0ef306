import type { Root } from "mdast";
import { describe, expect, it } from "vitest";
import type { Block } from "@/api/schema.ts";
import { withoutFrontMatter } from "./front-matter.ts";
import { placeBlocks } from "./place-blocks.ts";

const block = (line: number, end: number): Block => ({
  id: `b${line}`,
  kind: "code",
  runnable: true,
  index: 0,
  name: null,
  language: "bash",
  runtime: "bash",
  path: null,
  line,
  end_line: end,
  code: "echo",
  content_hash: "h",
  timeout_ms: null,
});
const at = (start: number, end: number) => ({ start: { line: start, column: 1 }, end: { line: end, column: 1 } });
const types = (tree: Root) => tree.children.map((node) => node.type);

describe("placeBlocks", () => {
  it("a_block_with_a_fence_is_left_where_it_is", () => {
    const tree: Root = { type: "root", children: [{ type: "code", value: "echo", position: at(1, 3) }] };
    placeBlocks([block(1, 3)])()(tree);
    expect(types(tree)).toEqual(["code"]);
  });

  it("a_component_that_the_server_runs_becomes_a_block_in_its_place", () => {
    const tree: Root = {
      type: "root",
      children: [
        { type: "paragraph", children: [], position: at(1, 1) },
        { type: "html", value: "<Command", position: at(3, 5) },
        { type: "paragraph", children: [], position: at(7, 7) },
      ],
    };
    placeBlocks([block(3, 5)])()(tree);
    expect(types(tree)).toEqual(["paragraph", "code", "paragraph"]);
    expect(tree.children[1]?.position?.start.line).toBe(3);
  });

  it("comments_are_not_shown_and_other_html_is_kept", () => {
    const tree: Root = {
      type: "root",
      children: [
        { type: "html", value: "<!-- note -->", position: at(1, 1) },
        { type: "html", value: "<b>x</b>", position: at(2, 2) },
      ],
    };
    placeBlocks([])()(tree);
    expect(tree.children).toHaveLength(1);
  });
});

describe("withoutFrontMatter", () => {
  it("blanks_the_lines_and_moves_nothing", () => {
    const text = "---\ntitle: x\n---\n# Heading\n";
    expect(withoutFrontMatter(text, 3)).toBe("\n\n\n# Heading\n");
    expect(withoutFrontMatter(text, 0)).toBe(text);
    expect(withoutFrontMatter("---\nx", 5).trim()).toBe("");
  });
});
