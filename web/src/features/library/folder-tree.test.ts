import { expect, it } from "vitest";
import type { Folder } from "@/api/schema.ts";
import { choices, pathOf, wayTo, within } from "./folder-tree.ts";

const folder = (id: string, parent: string | null): Folder => ({ id, parent, name: id.toUpperCase(), runbooks: 0, created_at: "" });
const folders = [folder("a", null), folder("b", "a"), folder("c", "b"), folder("d", null)];

it("the_way_to_a_folder_begins_at_the_top", () => {
  expect(wayTo(folders, "c").map((found) => found.id)).toEqual(["a", "b", "c"]);
  expect(wayTo(folders, null)).toEqual([]);
  expect(wayTo(folders, "gone")).toEqual([]);
  expect(pathOf(folders, "b")).toBe("A / B");
  expect(within(folders, "a").map((found) => found.id)).toEqual(["b"]);
});

it("a_folder_is_never_offered_to_itself", () => {
  expect(choices(folders, "b").map((choice) => choice.path)).toEqual(["Top", "A", "D"]);
  expect(choices(folders, null)).toHaveLength(5);
});
