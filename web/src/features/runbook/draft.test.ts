import { expect, it } from "vitest";
import { differs, dropDraft, keepDraft, loadDraft } from "./draft.ts";

function shelf(entries: Record<string, string> = {}) {
  const map = new Map(Object.entries(entries));
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  };
}

it("a_draft_survives_until_it_is_dropped", () => {
  const browser = shelf();
  const draft = { title: "T", content: "text", revision: 3 };
  keepDraft("rb_1", draft, browser);
  expect(loadDraft("rb_1", browser)).toEqual(draft);
  expect(loadDraft("rb_2", browser)).toBeNull();
  dropDraft("rb_1", browser);
  expect(loadDraft("rb_1", browser)).toBeNull();
});

it("a_damaged_draft_is_no_draft", () => {
  expect(loadDraft("x", shelf({ "runbook.draft.x": "{" }))).toBeNull();
  expect(loadDraft("x", shelf({ "runbook.draft.x": '{"title":1}' }))).toBeNull();
});

it("a_full_storage_does_not_stop_the_editor", () => {
  const full = { ...shelf(), setItem: () => { throw new Error("quota"); } };
  expect(() => keepDraft("x", { title: "", content: "", revision: 1 }, full)).not.toThrow();
});

it("a_draft_equal_to_the_stored_text_needs_no_restoring", () => {
  const draft = { title: "T", content: "a", revision: 1 };
  expect(differs(draft, { title: "T", content: "a" })).toBe(false);
  expect(differs(draft, { title: "T", content: "b" })).toBe(true);
  expect(differs(null, { title: "T", content: "a" })).toBe(false);
});
