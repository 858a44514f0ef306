/** The headings of a document, what each has below it, and which cells a folded one hides. */
import type { Cell } from "./cell-list.ts";

export interface Section {
  /** The cell of its heading. */
  id: string;
  level: number;
  title: string;
  /** Told apart from others of the same title by its number among them; survives a reload. */
  slug: string;
  /** Its cells, the heading first: from this index up to, and without, that one. */
  from: number;
  to: number;
}

export function sectionsOf(cells: readonly Cell[]): Section[] {
  const sections: Section[] = [];
  const open: Section[] = [];
  const seen = new Map<string, number>();
  for (const [from, cell] of cells.entries()) {
    const heading = headingOf(cell);
    if (!heading) continue;
    for (let last = open.at(-1); last && last.level >= heading.level; last = open.at(-1)) {
      last.to = from;
      open.pop();
    }
    const count = (seen.get(heading.title) ?? 0) + 1;
    seen.set(heading.title, count);
    const section = { id: cell.id, ...heading, slug: count === 1 ? heading.title : `${heading.title} (${count})`, from, to: cells.length };
    sections.push(section);
    open.push(section);
  }
  return sections;
}

/** The blocks of each section up to the next heading, which speaks for its own. */
export function blocksOf(sections: readonly Section[], cells: readonly Cell[]): readonly (readonly string[])[] {
  return sections.map(({ from, to }, at) => {
    const end = Math.min(to, sections[at + 1]?.from ?? to);
    return cells.slice(from, end).flatMap(({ block, nested }) => [...(block ? [block.id] : []), ...nested.map((it) => it.block.id)]);
  });
}

export function headingOf({ kind, source }: Pick<Cell, "kind" | "source">): { level: number; title: string } | null {
  if (kind !== "prose") return null;
  const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/.exec(source);
  if (atx) return { level: atx[1]?.length ?? 1, title: plain(atx[2] ?? "") };
  const setext = /^([^\n]+?)\r?\n {0,3}(=+|-+)[ \t]*$/.exec(source);
  if (setext && !/^ {0,3}[-+*>|]/.test(source)) return { level: setext[2]?.startsWith("=") ? 1 : 2, title: plain(setext[1] ?? "") };
  return null;
}

/** A heading's words without their marks. */
function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/`([^`]*)`/g, "$1")
    .replace(/(\*\*|__|\*|~~)(.+?)\1/g, "$2")
    .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    .trim();
}

/** The cells that folded sections hide. Their headings stay. */
export function hiddenBy(sections: readonly Section[], folded: ReadonlySet<string>, cells: readonly Cell[]): ReadonlySet<string> {
  const hidden = new Set<string>();
  for (const { slug, from, to } of sections) {
    if (folded.has(slug)) for (const { id } of cells.slice(from + 1, to)) hidden.add(id);
  }
  return hidden;
}
