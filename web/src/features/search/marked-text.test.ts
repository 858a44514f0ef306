import { expect, it } from "vitest";
import { pieces } from "./marked-text.tsx";

it("a_text_is_cut_at_its_marks_and_nothing_is_lost", () => {
  const shown = (text: string, marks: number[][]) => pieces(text, marks).map(({ piece, marked }) => (marked ? `[${piece}]` : piece)).join("");
  expect(shown("run pg_dump now", [[4, 11]])).toBe("run [pg_dump] now");
  expect(shown("🦀 Backups", [[0, 2], [3, 10]])).toBe("[🦀] [Backups]");
  expect(shown("plain", [])).toBe("plain");
  expect(shown("", [[0, 3]])).toBe("");
});
