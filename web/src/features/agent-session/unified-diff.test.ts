import { expect, it } from "vitest";
import { filesOf, linesOf, piecesOfHunks } from "./unified-diff.ts";

const diff = `diff --git a/src/a.rs b/src/a.rs
index 1111111..2222222 100644
--- a/src/a.rs
+++ b/src/a.rs
@@ -1,3 +1,3 @@ fn main
 one
--- two
+++ two
 three
@@ -10 +10,2 @@
 ten
+eleven
\\ No newline at end of file
diff --git a/new file.txt b/new file.txt
new file mode 100644
--- /dev/null
+++ b/new file.txt
@@ -0,0 +1 @@
+hello
diff --git a/logo.png b/logo.png
Binary files a/logo.png and b/logo.png differ
`;

it("a_diff_is_split_into_its_files", () => {
  expect(filesOf(diff).map(({ path, note }) => [path, note])).toEqual([
    ["src/a.rs", null],
    ["new file.txt", "added"],
    ["logo.png", "binary"],
  ]);
});

it("a_line_that_looks_like_a_header_is_a_line_within_its_hunk", () => {
  const [first] = filesOf(diff);
  expect(first?.pieces).toEqual([
    { kind: "same", text: "one" },
    { kind: "removed", text: "-- two" },
    { kind: "added", text: "++ two" },
    { kind: "same", text: "three" },
    null,
    { kind: "same", text: "ten" },
    { kind: "added", text: "eleven" },
  ]);
  expect(first && linesOf(first)).toEqual({ added: 2, removed: 1 });
});

it("a_diff_that_was_cut_shows_what_is_there", () => {
  expect(filesOf(diff.slice(0, 120)).map(({ pieces }) => pieces.length)).toEqual([1]);
  expect(filesOf("")).toEqual([]);
});

it("hunks_of_a_tool_have_gaps_between_them", () => {
  const hunk = { old_start: 1, old_lines: 1, new_start: 1, new_lines: 1, lines: ["-a", "+b"] };
  expect(piecesOfHunks([hunk, hunk]).map((piece) => piece?.kind ?? null)).toEqual(["removed", "added", null, "removed", "added"]);
});
