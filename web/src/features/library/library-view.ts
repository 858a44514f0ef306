/** What of the library is shown, as the address of the page holds it. */
export type Place = "all" | "recent" | "starred";

export interface LibraryView {
  /** What is typed into the search field; while there is something, the rest is not looked at. */
  typed: string;
  place: Place;
  /** The folder that is open. */
  folder: string | null;
  tag: string | null;
  sort: Sort;
}

export type Sort = "updated" | "created" | "title";

export const sorts: readonly (readonly [Sort, string])[] = [
  ["updated", "Last changed"],
  ["created", "Newest"],
  ["title", "Title"],
];

const places: readonly Place[] = ["all", "recent", "starred"];

export function viewIn(search: URLSearchParams): LibraryView {
  return {
    typed: search.get("q") ?? "",
    place: places.find((place) => place === search.get("view")) ?? "all",
    folder: search.get("folder"),
    tag: search.get("tag"),
    sort: sorts.find(([sort]) => sort === search.get("sort"))?.[0] ?? "updated",
  };
}

/** The view as the address holds it; everything is the empty one. */
export function searchOf(view: Partial<LibraryView>): URLSearchParams {
  const search = new URLSearchParams();
  if (view.typed) search.set("q", view.typed);
  if (view.place && view.place !== "all") search.set("view", view.place);
  if (view.folder) search.set("folder", view.folder);
  if (view.tag) search.set("tag", view.tag);
  if (view.sort && view.sort !== "updated") search.set("sort", view.sort);
  return search;
}

/** The same as the server takes it. At the top, what lies in folders is found in them. */
export function filterOf(view: LibraryView, hasFolders: boolean): URLSearchParams {
  const filter = new URLSearchParams();
  if (view.tag) filter.set("tag", view.tag);
  if (view.place === "recent") filter.set("sort", "recent");
  else filter.set("sort", view.sort);
  if (view.place === "starred") filter.set("starred", "true");
  if (view.place === "all" && view.folder) filter.set("folder", view.folder);
  else if (view.place === "all" && hasFolders && !view.tag) filter.set("folder", "top");
  return filter;
}
