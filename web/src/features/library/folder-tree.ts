/** Folders as a tree: the way to one, what lies in it, and where it could be moved. */
import type { Folder } from "@/api/schema.ts";

/** From the top down to the folder itself; nothing for one that is not there. */
export function wayTo(folders: readonly Folder[], id: string | null): Folder[] {
  const way: Folder[] = [];
  let next = folders.find((folder) => folder.id === id);
  while (next && !way.includes(next)) {
    way.unshift(next);
    const { parent } = next;
    next = folders.find((folder) => folder.id === parent);
  }
  return way;
}

export function within(folders: readonly Folder[], parent: string | null): Folder[] {
  return folders.filter((folder) => folder.parent === parent);
}

export interface Choice {
  id: string | null;
  /** Names from the top down. */
  path: string;
}

/** Places to move something to. A folder goes neither into itself nor into what lies in it. */
export function choices(folders: readonly Folder[], moved: string | null): Choice[] {
  const free = folders.filter((folder) => !wayTo(folders, folder.id).some((above) => above.id === moved));
  const paths = free.map((folder) => ({ id: folder.id, path: pathOf(folders, folder.id) }));
  return [{ id: null, path: "Top" }, ...paths.toSorted((a, b) => a.path.localeCompare(b.path))];
}

export function pathOf(folders: readonly Folder[], id: string): string {
  return wayTo(folders, id).map((folder) => folder.name).join(" / ");
}
