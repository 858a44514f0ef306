/** A list of paths as a tree, in rows: only those that are open, so that ten thousand files cost what is seen of them. */
import type { LocalFile } from "@/api/local-schema.ts";

export interface FileRow {
  path: string;
  name: string;
  depth: number;
  /** Null for directories. */
  size: number | null;
  isOpen: boolean;
}

interface Directory {
  path: string;
  directories: Map<string, Directory>;
  files: LocalFile[];
}

export type FileTree = Directory;

export function treeOf(files: readonly LocalFile[]): FileTree {
  const root: Directory = { path: "", directories: new Map(), files: [] };
  for (const file of files) {
    let directory = root;
    const names = file.path.split("/").slice(0, -1);
    for (const name of names) {
      const path = directory.path === "" ? name : `${directory.path}/${name}`;
      const next = directory.directories.get(name) ?? { path, directories: new Map(), files: [] };
      directory.directories.set(name, next);
      directory = next;
    }
    directory.files.push(file);
  }
  return root;
}

/** Directories first, both by name. */
export function rowsOf(tree: FileTree, closed: ReadonlySet<string>): FileRow[] {
  const rows: FileRow[] = [];
  addRows(tree, 0, closed, rows);
  return rows;
}

function addRows(tree: FileTree, depth: number, closed: ReadonlySet<string>, rows: FileRow[]): void {
  for (const directory of [...tree.directories.values()].toSorted(byPath)) {
    const isOpen = !closed.has(directory.path);
    rows.push({ path: directory.path, name: nameOf(directory.path), depth, size: null, isOpen });
    if (isOpen) addRows(directory, depth + 1, closed, rows);
  }
  for (const { path, size } of tree.files.toSorted(byPath)) rows.push({ path, name: nameOf(path), depth, size, isOpen: false });
}

function byPath(one: { path: string }, other: { path: string }): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
