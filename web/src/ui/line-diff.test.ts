import { expect, it } from "vitest";
import { diffLines } from "./line-diff.ts";

const marks = { same: " ", removed: "-", added: "+" };
const shown = (before: string, after: string) => diffLines(before, after).map((line) => `${marks[line.kind]}${line.text}`);

it("a_changed_line_stands_between_those_that_stayed", () => {
  expect(shown("a\nb\nc", "a\nB\nc")).toEqual([" a", "-b", "+B", " c"]);
  expect(shown("a\nb", "a\nb")).toEqual([" a", " b"]);
  expect(shown("a\nb\nc", "a\nc")).toEqual([" a", "-b", " c"]);
  expect(shown("a\nc", "a\nb\nc")).toEqual([" a", "+b", " c"]);
});

it("what_was_removed_and_added_gives_both_texts_back", () => {
  // A small generator of its own, so that a failure happens again.
  let seed = 7;
  const draw = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let round = 0; round < 300; round += 1) {
    const text = () => Array.from({ length: draw(12) }, () => "abc"[draw(3)]).join("\n");
    const [before, after] = [text(), text()];
    const lines = diffLines(before, after);
    expect(lines.flatMap((line) => (line.kind === "added" ? [] : [line.text])).join("\n")).toBe(before);
    expect(lines.flatMap((line) => (line.kind === "removed" ? [] : [line.text])).join("\n")).toBe(after);
  }
});

it("the_shortest_change_is_found", () => {
  expect(shown("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc").filter((line) => !line.startsWith(" "))).toHaveLength(5);
});

it("texts_without_anything_in_common_are_replaced_whole", () => {
  const long = (letter: string) => Array.from({ length: 1_500 }, (_, at) => `${letter}${at}`).join("\n");
  const lines = diffLines(long("a"), long("b"));
  expect(lines.filter((line) => line.kind === "removed")).toHaveLength(1_500);
  expect(lines.filter((line) => line.kind === "added")).toHaveLength(1_500);
});
