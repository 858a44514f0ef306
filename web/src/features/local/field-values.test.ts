import { expect, it } from "vitest";
import { emptyEntry, entriesOf, freshKey, isTooShortToHide, listOf, numberOf, textOf } from "./field-values.ts";

it("what_is_a_number_becomes_one_and_the_rest_is_left_to_the_server", () => {
  const rows: [string, "int" | "float", unknown][] = [
    ["7", "int", 7],
    [" -7 ", "int", -7],
    ["1.5", "int", "1.5"],
    ["1e3", "int", "1e3"],
    ["99999999999999999999", "int", "99999999999999999999"],
    ["1.5", "float", 1.5],
    ["1.", "float", 1],
    ["-.5e2", "float", -50],
    ["0x10", "float", "0x10"],
    ["", "int", ""],
    ["two", "float", "two"],
  ];
  for (const [text, kind, value] of rows) expect(numberOf(text, kind)).toBe(value);
});

it("values_of_the_wrong_kind_show_as_nothing_of_theirs", () => {
  expect([listOf("a"), listOf([1, "b"]), entriesOf(["a"]), entriesOf(null), entriesOf({ a: 1 })]).toEqual([[], ["1", "b"], [], [], [["a", 1]]]);
  expect([textOf(undefined), textOf(null), textOf(0), textOf(false), textOf({ a: 1 })]).toEqual(["", "", "0", "false", '{"a":1}']);
});

it("a_new_entry_takes_no_others_place", () => {
  expect(freshKey([], "key")).toBe("key1");
  expect(freshKey([["key2", ""]], "key")).toBe("key3");
  expect(emptyEntry({ name: "string", on: "bool" })).toEqual({ name: "", on: false });
});

it("a_value_that_cannot_be_hidden_is_told_apart", () => {
  const values = ["", undefined, "abc", 123, "abcd", 1234, "äö", "ä"];
  expect(values.map(isTooShortToHide)).toEqual([false, false, true, true, false, false, false, true]);
});
