import { expect, it } from "vitest";
import { hideComments, safeUrl } from "./quiet-markdown.ts";

it("comments_are_hidden_and_other_html_is_not", () => {
  const html = (value: string) => ({ type: "html", value });
  const tree = { type: "root", children: [html("<!-- output -->"), html("<b>x</b>"), html("<!-- a --><i>"), { type: "text", value: "<!--" }] };
  hideComments()(tree);
  expect(tree.children.map((node) => node.value)).toEqual(["<b>x</b>", "<!-- a --><i>", "<!--"]);
});

it("a_picture_may_be_within_the_document_and_nothing_else", () => {
  const picture = "data:image/png;base64,AAAA";
  expect(safeUrl(picture, "src")).toBe(picture);
  expect(safeUrl(picture, "href")).toBe("");
  expect(safeUrl("data:text/html;base64,AAAA", "src")).toBe("");
  expect(safeUrl("javascript:alert(1)", "src")).toBe("");
});
