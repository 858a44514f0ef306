import { expect, it } from "vitest";
import { newTokenOf, problemsOfToken, scopeWords } from "./token-form-state.ts";

const now = Date.parse("2026-11-21T12:00:00.000Z");

it("a_token_needs_a_name_and_something_that_it_may_do", () => {
  expect(problemsOfToken({ name: " ", scopes: [], days: 30 })).toMatchObject({ name: expect.any(String), scopes: expect.any(String) });
  expect(problemsOfToken({ name: "é".repeat(101), scopes: ["code:run"], days: 30 }).name).toContain("100");
  expect(problemsOfToken({ name: "CI", scopes: ["code:run"], days: null })).toEqual({});
});

it("an_expiry_is_counted_in_days_from_now_and_never_is_left_out", () => {
  expect(newTokenOf({ name: " CI ", scopes: ["code:run"], days: 30 }, now)).toEqual({ name: "CI", scopes: ["code:run"], expires_at: "2026-12-21T12:00:00.000Z" });
  expect(newTokenOf({ name: "CI", scopes: ["code:run"], days: null }, now)).toEqual({ name: "CI", scopes: ["code:run"] });
});

it("no_page_offers_administration", () => {
  expect(scopeWords.map(([scope]) => scope as string)).not.toContain("admin");
});
