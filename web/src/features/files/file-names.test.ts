import { expect, it } from "vitest";
import { join, lookOf, nameOf, parentOf, readable, wrongName } from "./file-names.ts";

it("a_file_is_looked_at_as_what_its_name_says", () => {
  const file = (name: string, size = 10) => ({ name, kind: "file" as const, size });
  expect(["a.PNG", "a.svg", "a.py", "Makefile", "a.tar", "a.b.txt"].map((name) => lookOf(file(name)))).toEqual(["picture", "picture", "text", "text", null, "text"]);
  expect(lookOf(file("a.png", 100 << 20))).toBeNull();
  expect(lookOf(file("a.txt", 0))).toBeNull();
  expect(lookOf({ name: "a", kind: "directory", size: 1 })).toBeNull();
});

it("bytes_that_are_no_text_are_not_shown_as_one", () => {
  expect(readable(new TextEncoder().encode("naïve"))).toBe("naïve");
  expect(readable(Uint8Array.of(0x7f, 0x45, 0, 1))).toBeNull();
});

it("a_path_is_its_directory_and_its_name", () => {
  expect([join("", "a"), join("d/e", "a")]).toEqual(["a", "d/e/a"]);
  expect([parentOf("d/e/a"), parentOf("a"), nameOf("d/e/a"), nameOf("a")]).toEqual(["d/e", "", "a", "a"]);
});

it("a_name_that_is_none_says_why", () => {
  expect(["a.txt", "..a", "with space"].map(wrongName)).toEqual([null, null, null]);
  for (const name of ["", ".", "..", "a/b", "../../etc/x", "x".repeat(256)]) expect(wrongName(name)).not.toBeNull();
});
