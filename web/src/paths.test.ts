import { expect, it } from "vitest";
import { nextPath, paths } from "./paths.ts";

it("every_page_has_the_address_that_people_have_bookmarked", () => {
  expect([paths.runbooks(), paths.runbook("rb_1"), paths.runbook("a/b", "edit"), paths.signIn(), paths.signUp("/runbooks/x")]).toEqual([
    "/",
    "/runbooks/rb_1",
    "/runbooks/a%2Fb?view=edit",
    "/sign-in",
    "/sign-up?next=%2Frunbooks%2Fx",
  ]);
});

it("functions_and_programs_have_addresses_of_their_own", () => {
  expect([paths.playground(), paths.playground("#program=1.x"), paths.function("greet"), paths.function("greet", "history"), paths.account()]).toEqual([
    "/playground",
    "/playground#program=1.x",
    "/functions/greet",
    "/functions/greet?view=history",
    "/account",
  ]);
});

it("signing_in_never_leads_to_another_site", () => {
  const next = (value: string) => nextPath(new URLSearchParams({ next: value }));
  expect(next("/runbooks/x?view=edit")).toBe("/runbooks/x?view=edit");
  expect([next("//evil.example"), next("/\\evil.example"), next("https://evil.example"), next("")]).toEqual(["/", "/", "/", "/"]);
});
