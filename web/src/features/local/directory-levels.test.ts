import { expect, it } from "vitest";
import { levelCount, levelLabel, namesOf } from "./directory-levels.ts";
import { componentOf } from "./stand-ins.ts";

const pickerOf = (props: Record<string, unknown>) => componentOf({ type: "dir_picker", props });

it("there_are_as_many_levels_as_labels_unless_its_author_allows_more", () => {
  const labels = ["Account", "Region"];
  const counts = (props: Record<string, unknown>) => [0, 1, 2, 3].map((chosen) => levelCount(pickerOf(props), chosen));
  expect(counts({ dirLabels: labels, dirLabelsExtra: false })).toEqual([1, 2, 2, 2]);
  expect(counts({ dirLabels: labels, dirLabelsExtra: true })).toEqual([1, 2, 3, 4]);
  expect(counts({})).toEqual([1, 2, 3, 4]);
});

it("a_level_without_a_label_is_counted", () => {
  const labels = [0, 1].map((level) => levelLabel(pickerOf({ dirLabels: ["Account"] }), level));
  expect(labels).toEqual(["Account", "Level 2"]);
});

it("a_path_is_parted_into_its_names", () => {
  expect(["", "dev", "dev/eu"].map(namesOf)).toEqual([[], ["dev"], ["dev", "eu"]]);
});
