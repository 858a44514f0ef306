import type { Block } from "@/api/schema.ts";

const labels: Record<string, string> = {
  python: "Python",
  node: "Node.js",
  bash: "Bash",
  golang: "Go",
  typescript: "TypeScript",
  rust: "Rust",
};

export function runtimeLabel(runtime: string | null): string {
  return runtime === null ? "Code" : (labels[runtime] ?? runtime);
}

/** What to call a block in labels and announcements: its name, or its place among those that run. */
export function nameOf(block: Block): string {
  if (block.name) return block.name;
  if (block.path) return block.path;
  return block.index === null ? `at line ${block.line}` : `${block.index + 1} (${runtimeLabel(block.runtime)})`;
}
