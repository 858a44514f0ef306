import { describe, expect, it } from "vitest";
import { richest } from "./display.ts";
import { chartBody, firstHeight, frameDocument, toldHeight } from "./frame-document.ts";

describe("richest", () => {
  it("html_goes_into_a_frame_and_never_into_the_page", () => {
    expect(richest({ "text/html": "<b>x</b>", "text/plain": "x" })).toEqual({ kind: "frame", text: "<b>x</b>" });
    expect(richest({ "image/svg+xml": ["<svg>", "</svg>"] })).toEqual({ kind: "frame", text: "<svg></svg>" });
  });

  it("an_image_keeps_its_plain_text_as_description", () => {
    expect(richest({ "image/png": "iVBO\nRw0=", "text/plain": "a plot" })).toEqual({
      kind: "image",
      url: "data:image/png;base64,iVBORw0=",
      alt: "a plot",
    });
  });

  it("a_chart_a_formula_and_json_are_more_than_their_text", () => {
    const spec = { mark: "bar" };
    expect(richest({ "application/vnd.vegalite.v5+json": spec, "text/plain": "Chart" })).toEqual({ kind: "chart", spec, alt: "Chart" });
    expect(richest({ "text/latex": "$x$", "image/png": "aaaa" })).toEqual({ kind: "formula", tex: "$x$" });
    expect(richest({ "text/markdown": "# x", "text/plain": "x" })).toEqual({ kind: "markdown", text: "# x" });
    expect(richest({ "application/json": { a: 1 }, "text/plain": "{}" })).toEqual({ kind: "tree", value: { a: 1 } });
    expect(richest({ "application/json": "[1]" })).toEqual({ kind: "tree", value: [1] });
  });

  it("a_single_value_is_text_and_unknown_types_are_admitted", () => {
    expect(richest({ "application/json": 1 })).toEqual({ kind: "text", text: "1" });
    expect(richest({ "application/json": "not json" })).toEqual({ kind: "text", text: "not json" });
    expect(richest({ "application/x-thing": "?" })).toBeNull();
  });
});

it("a_frame_has_a_policy_of_its_own_before_any_output", () => {
  const html = frameDocument("<script>1</script>", "dark", "http://hub");
  expect(html.indexOf("default-src 'none'")).toBeGreaterThan(0);
  expect(html.indexOf("default-src 'none'")).toBeLessThan(html.indexOf("<script>"));
  expect(html).toContain("script-src http://hub/frame-size.js;");
});

it("a_chart_cannot_leave_the_element_that_describes_it", () => {
  const body = chartBody({ title: "</script><script src=x>" });
  expect(body.match(/<\/?script/g)).toHaveLength(2);
  expect(frameDocument(body, "light", "http://hub", ["frame-chart.js"])).toContain("script-src http://hub/frame-size.js http://hub/frame-chart.js;");
});

it("a_frame_begins_as_tall_as_its_drawing_or_its_rows_suggest", () => {
  expect(firstHeight('<svg width="100" height="200">')).toBe(232);
  expect(firstHeight("")).toBe(40);
  expect(firstHeight("<table>" + "<tr><td>x</td></tr>".repeat(200))).toBe(640);
});

it("a_frame_cannot_make_itself_invisible_or_endless", () => {
  expect([0, 100.4, 1e9].map((frameHeight) => toldHeight({ frameHeight }))).toEqual([40, 100, 640]);
  expect([null, "100", {}, { frameHeight: "100" }, { frameHeight: Number.NaN }].map(toldHeight)).toEqual([null, null, null, null, null]);
});
