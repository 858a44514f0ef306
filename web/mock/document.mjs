/** The smallest reading of a document that the UI can be developed against: fences by line. */
import { hash } from "./state.mjs";

/** @import { Block, Diagnostic } from "../src/api/schema.ts" */

/** @type {Record<string, Block["runtime"]>} */
const runtimes = { python: "python", py: "python", node: "node", javascript: "node", js: "node", bash: "bash", sh: "bash", go: "golang", rust: "rust" };

/**
 * @param {string} content
 * @returns {{ blocks: Block[], diagnostics: Diagnostic[], front_matter_lines: number }}
 */
export function parseBlocks(content) {
  const lines = content.split("\n");
  const front = lines[0] === "---" ? lines.indexOf("---", 1) + 1 : 0;
  /** @type {Block[]} */
  const blocks = [];
  /** @type {Diagnostic[]} */
  const diagnostics = [];
  let index = 0;
  for (let at = front; at < lines.length; at += 1) {
    const open = /^(`{3,}|~{3,})\s*(.*)$/.exec(lines[at] ?? "");
    if (!open) continue;
    const [, fence = "", info = ""] = open;
    let end = at + 1;
    while (end < lines.length && (lines[end] ?? "").trimEnd() !== fence) end += 1;
    if (end === lines.length) {
      diagnostics.push({ severity: "error", code: "unclosed_fence", message: "This block is never closed. Add a line of ``` after it.", line: at + 1, column: 1 });
    }
    const block = blockOf(info, lines.slice(at + 1, end).join("\n"), at + 1, Math.min(end + 1, lines.length));
    if (block?.runnable && block.runtime === null) {
      diagnostics.push({ severity: "error", code: "unknown_runtime", message: `There is no runtime for “${block.language}”. Use python, node, bash or golang.`, line: at + 1, column: 1 });
      block.runnable = false;
    }
    if (block) {
      if (block.runnable) block.index = index++;
      blocks.push(block);
    }
    at = end;
  }
  return { blocks, diagnostics, front_matter_lines: front };
}

/**
 * @param {string} info
 * @param {string} code
 * @param {number} line
 * @param {number} end
 * @returns {Block | null}
 */
function blockOf(info, code, line, end) {
  const [kind, language = "text", ...rest] = info.split(/\s+/);
  if (kind !== "runnable" && kind !== "file") return null;
  const attributes = Object.fromEntries(rest.filter((it) => it.includes("=")).map((it) => it.split("=", 2)));
  const timeout = /^(\d+)(ms|s|m)$/.exec(attributes.timeout ?? "");
  const unit = { ms: 1, s: 1000, m: 60_000 }[timeout?.[2] ?? "s"] ?? 1000;
  return {
    id: attributes.name ? `b_${attributes.name}` : `b_${hash(`${line}${code}`).slice(0, 12)}`,
    kind: kind === "file" ? "file" : "code",
    runnable: kind === "runnable",
    index: null,
    name: attributes.name ?? null,
    language,
    runtime: kind === "file" ? null : (runtimes[language] ?? null),
    path: kind === "file" ? (rest.find((it) => !it.includes("=")) ?? "file.txt") : null,
    line,
    end_line: end,
    code,
    content_hash: hash(code),
    timeout_ms: timeout ? Number(timeout[1]) * unit : null,
    needs: attributes.needs?.split(",") ?? [],
    tags: [],
    background: attributes.background === "true",
    manual: false,
    expect: "success",
    hide: "nothing",
    secrets: [],
  };
}
