import { expect, it } from "vitest";
import { problemsOfSignIn, problemsOfSignUp } from "./account-form-state.ts";

it("an_empty_form_names_each_missing_field", () => {
  const empty = { email: " ", username: "", password: "" };
  expect(Object.keys(problemsOfSignIn(empty))).toEqual(["email", "password"]);
  expect(Object.keys(problemsOfSignUp(empty))).toEqual(["email", "username", "password"]);
});

it("a_complete_form_has_no_problems", () => {
  expect(problemsOfSignUp({ email: "ada@example.com", username: "ada.l", password: "correct horse" })).toEqual({});
  expect(problemsOfSignIn({ email: "ada", username: "", password: "x" })).toEqual({});
});
