import { expect, it } from "vitest";
import { adding, filtersIn, without } from "./search-filters.ts";

it("filters_are_told_from_words", () => {
  const found = filtersIn('tag:ops x LANG:python in:"Team A/db" notag:y tag: https://in:z');
  expect(found.map(({ kind, value }) => `${kind} ${value}`)).toEqual(["tag ops", "lang python", "in Team A/db"]);
});

it("a_filter_comes_and_goes_without_touching_the_words", () => {
  const typed = adding("pg_dump", "in", "Team A");
  expect(typed).toBe('pg_dump in:"Team A" ');
  expect(adding(typed, "in", "Team A")).toBe(typed);
  const [filter] = filtersIn(typed);
  expect(filter && without(typed, filter)).toBe("pg_dump");
});
