/** What the palette offers besides runbooks, and how it is narrowed. */
import { paths } from "@/paths.ts";

export type Group = "Runbooks" | "On this page" | "Pages";

export type Item = { group: Group; label: string; detail: string | null } & (
  | { to: string; element?: undefined }
  | { to: null; element: HTMLElement | null }
);

const ofHub: readonly (readonly [string, string])[] = [
  ["Your runbooks", paths.runbooks()],
  ["Recent runbooks", paths.runbooks("view=recent")],
  ["Starred runbooks", paths.runbooks("view=starred")],
  ["Trash", paths.trash()],
  ["Playground", paths.playground()],
  ["Functions", paths.functions()],
  ["Jobs", paths.jobs()],
  ["New job", paths.newJob()],
  ["Schedules", paths.schedules()],
  ["Artifacts", paths.artifacts()],
  ["Your account", paths.account()],
];

export function actionsFor(isHub: boolean): Item[] {
  return isHub ? ofHub.map(([label, to]) => ({ group: "Pages", label, detail: null, to })) : [];
}

/** The headings of the page that is shown, but for its title. */
export function headingsIn(page: ParentNode): Item[] {
  const found = [...page.querySelectorAll<HTMLElement>("main :is(h1, h2, h3, h4)")];
  const items = found.map((element): Item => ({ group: "On this page", label: element.textContent?.trim() ?? "", detail: null, to: null, element }));
  return items.filter((item) => item.label !== "");
}

/** Those that hold each word that was typed, wherever. */
export function matching(items: readonly Item[], typed: string): Item[] {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return items.filter((item) => words.every((word) => item.label.toLowerCase().includes(word)));
}

/** Items by group in the order in which groups come, each with its place among all. */
export function groups(items: readonly Item[]): [Group, { item: Item; place: number }[]][] {
  const found = new Map<Group, { item: Item; place: number }[]>();
  for (const [place, item] of items.entries()) found.set(item.group, [...(found.get(item.group) ?? []), { item, place }]);
  return [...found];
}
