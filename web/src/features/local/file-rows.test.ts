import { expect, it } from "vitest";
import { rowsOf, treeOf } from "./file-rows.ts";

const file = (path: string) => ({ path, size: 1 });

it("directories_come_first_and_all_by_name", () => {
  const rows = rowsOf(treeOf(["z", "b/y", "b/a/x", "a/q", "c"].map(file)), new Set());
  expect(rows.map(({ path, depth, size }) => `${depth} ${path}${size === null ? "/" : ""}`)).toEqual(["0 a/", "1 a/q", "0 b/", "1 b/a/", "2 b/a/x", "1 b/y", "0 c", "0 z"]);
});

it("what_is_closed_shows_nothing_of_itself", () => {
  const rows = rowsOf(treeOf(["b/a/x", "b/y", "c"].map(file)), new Set(["b"]));
  expect(rows.map(({ path, isOpen }) => [path, isOpen])).toEqual([["b", false], ["c", false]]);
});

it("names_of_objects_own_members_are_names_of_files", () => {
  const rows = rowsOf(treeOf(["__proto__/x", "constructor/y"].map(file)), new Set());
  expect(rows.map((one) => one.path)).toEqual(["__proto__", "__proto__/x", "constructor", "constructor/y"]);
});
