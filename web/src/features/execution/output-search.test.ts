import { expect, it } from "vitest";
import type { Part } from "./execution-state.ts";
import { OutputBuffer } from "./output-buffer.ts";
import { find, foundIn } from "./output-search.ts";

function part(key: number, text: string): Part {
  const buffer = new OutputBuffer();
  buffer.write("stdout", text);
  return { kind: "text", key, buffer, revision: buffer.revision };
}

const parts = [part(1, "one\n\u001b[31mEr\u001b[0mror here\n"), { kind: "display", key: 2, id: null, bundle: {} } as const, part(3, "an error\nnone\n")];

it("lines_are_found_across_colours_and_parts_whatever_their_capitals", () => {
  expect(find(parts, "ERROR")).toEqual([{ part: 1, line: 1 }, { part: 3, line: 0 }]);
  expect(find(parts, "")).toEqual([]);
  expect(find(parts, "31m")).toEqual([]);
});

it("one_of_the_lines_found_is_the_current_one", () => {
  const found = foundIn(find(parts, "error"), 1);
  expect(found.get(1)).toEqual({ lines: new Set([1]), current: null });
  expect(found.get(3)).toEqual({ lines: new Set([0]), current: 0 });
});
