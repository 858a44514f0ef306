import { expect, it } from "vitest";
import { problemsOfSecret } from "./secret-form-state.ts";

it("names_of_secrets_are_names_of_variables", () => {
  for (const name of ["API_TOKEN", "_x", "a1"]) expect(problemsOfSecret({ name, value: "long enough" })).toEqual({});
  for (const name of ["", "1A", "A-B", "A B", "ä", "A".repeat(65)]) expect(problemsOfSecret({ name, value: "long enough" }).name).toBeDefined();
});

it("a_value_that_could_not_be_hidden_or_is_too_long_is_refused", () => {
  expect(problemsOfSecret({ name: "A", value: "abc" }).value).toContain("at least");
  expect(problemsOfSecret({ name: "A", value: "éé" })).toEqual({});
  expect(problemsOfSecret({ name: "A", value: "x".repeat(32_769) }).value).toContain("at most");
});
