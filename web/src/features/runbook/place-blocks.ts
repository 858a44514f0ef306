/**
 * Makes the rendered document agree with the server's blocks. A fence is found by its line; a block
 * that Markdown does not see as a fence (an MDX component, a dialect's own cell) is put where it stands.
 */
import type { Code, Root, RootContent } from "mdast";
import type { Block } from "@/api/schema.ts";

export function placeBlocks(blocks: readonly Block[]) {
  return () => (tree: Root) => {
    const fences = new Set<number>();
    collectFences(tree.children, fences);
    for (const block of blocks) {
      if (!fences.has(block.line)) place(tree, block);
    }
    tree.children = withoutComments(tree.children);
  };
}

function collectFences(nodes: readonly RootContent[], lines: Set<number>): void {
  for (const node of nodes) {
    if (node.type === "code" && node.position) lines.add(node.position.start.line);
    else if ("children" in node) collectFences(node.children, lines);
  }
}

function place(tree: Root, block: Block): void {
  const { line, end_line: endLine } = block;
  const node: Code = {
    type: "code",
    lang: block.language,
    value: block.code,
    position: { start: { line, column: 1 }, end: { line: endLine, column: 1 } },
  };
  const covers = (it: RootContent) => !!it.position && it.position.start.line >= line && it.position.end.line <= endLine;
  const after = tree.children.findIndex((it) => (it.position?.start.line ?? 0) >= line);
  const at = after < 0 ? tree.children.length : after;
  let covered = 0;
  for (let next = tree.children[at]; next && covers(next); next = tree.children[at + covered]) covered += 1;
  tree.children.splice(at, covered, node);
}

/** Comments are notes to authors, not to readers. */
function withoutComments(nodes: RootContent[]): RootContent[] {
  return nodes.filter((node) => node.type !== "html" || !/^\s*<!--[\s\S]*?-->\s*$/.test(node.value));
}
