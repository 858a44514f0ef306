// @vitest-environment jsdom
import { expect, it } from "vitest";
import { actionsFor, groups, headingsIn, matching } from "./palette-items.ts";

it("words_narrow_in_any_order_and_a_local_document_has_no_other_pages", () => {
  expect(matching(actionsFor(true), "job new").map((item) => item.label)).toEqual(["New job"]);
  expect(actionsFor(false)).toEqual([]);
});

it("headings_of_the_page_are_offered_by_their_text", () => {
  document.body.innerHTML = "<h1>Header</h1><main><h1>One</h1><h2> Two </h2><h3></h3></main>";
  const items = headingsIn(document);
  expect(items.map((item) => item.label)).toEqual(["One", "Two"]);
  expect(groups([...items, ...actionsFor(true)]).map(([group, members]) => `${group} ${members[0]?.place}`)).toEqual(["On this page 0", "Pages 2"]);
});
