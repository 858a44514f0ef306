// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import { LocalValues } from "./local-values.ts";
import { formOf, segmentOf } from "./stand-ins.ts";

const document = { segments: [segmentOf(formOf("who", [{ name: "Name" }, { name: "Password", sensitive: true }]))] };

function opened(path = "/a.mdx"): LocalValues {
  const values = new LocalValues(path, localStorage);
  values.adopt(document);
  return values;
}

beforeEach(() => localStorage.clear());

it("what_was_typed_is_there_after_a_reload_of_the_same_document", () => {
  opened().set("who", "Name", "Ada");
  expect(opened().typed).toEqual({ who: { Name: "Ada" } });
  expect(opened("/b.mdx").typed).toEqual({});
});

it("what_is_sensitive_never_reaches_the_browsers_storage", () => {
  const values = opened();
  values.set("who", "Name", "Ada");
  values.set("who", "Password", "hunter2-of-mine");
  values.set("nobody", "Key", "hunter2-of-mine");
  expect(values.typed["who"]).toEqual({ Name: "Ada", Password: "hunter2-of-mine" });
  expect(JSON.stringify({ ...localStorage })).not.toContain("hunter2");
});

it("what_became_sensitive_is_not_taken_from_the_storage", () => {
  opened().set("who", "Name", "Ada");
  const values = new LocalValues("/a.mdx", localStorage);
  values.adopt({ segments: [segmentOf(formOf("who", [{ name: "Name", sensitive: true }]))] });
  expect(values.typed).toEqual({});
});

it("what_cannot_be_read_from_the_storage_counts_as_nothing", () => {
  for (const broken of ["{", "null", "[]", '{"who":null}', '{"who":7}', "7"]) {
    localStorage.setItem("runbook.local.values:/a.mdx", broken);
    expect(opened().typed).toEqual({});
  }
});

it("values_stay_when_the_document_changes_below_them", () => {
  const values = opened();
  values.set("who", "Name", "Ada");
  values.adopt({ segments: [] });
  values.adopt(document);
  expect(values.typed).toEqual({ who: { Name: "Ada" } });
});

it("typing_is_published_once_it_pauses_or_somebody_asks", () => {
  vi.useFakeTimers();
  const values = opened();
  values.set("who", "Name", "A");
  values.set("who", "Name", "Ad");
  expect(values.published).toEqual({});
  vi.runAllTimers();
  expect(values.published).toEqual({ who: { Name: "Ad" } });
  values.set("who", "Name", "Ada");
  values.publish();
  expect(values.published).toEqual({ who: { Name: "Ada" } });
  const told = vi.fn();
  values.subscribe(told);
  vi.runAllTimers();
  expect(told).not.toHaveBeenCalled();
  vi.useRealTimers();
});

it("a_refused_value_is_marked_until_it_is_typed_anew", () => {
  const values = opened();
  values.refuse([
    { inputsId: "who", name: "Name", message: "must not be empty" },
    { inputsId: "who", name: "Password", message: "is too short" },
  ]);
  expect(values.problemOf("who", "Name")).toBe("must not be empty");
  values.set("who", "Name", "Ada");
  expect([values.problemOf("who", "Name"), values.problemOf("who", "Password")]).toEqual([null, "is too short"]);
});

it("a_form_goes_back_to_its_authors_values", () => {
  const values = opened();
  values.set("who", "Name", "Ada");
  values.reset("who");
  expect([values.typed, values.published, opened().typed]).toEqual([{}, {}, {}]);
});
