import { expect, it } from "vitest";
import type { FunctionVersion } from "@/api/schema.ts";
import { draftOfVersion, emptyFunction, forgetDraft, keepDraft, loadDraft, problemOfName, sameDraft, textOfVersion, versionOf } from "./function-draft.ts";

const at = "2026-11-21T01:00:00.000Z";
const stored: FunctionVersion = {
  version: "2",
  code: "def run(input):\n    return 1\n",
  description: "One",
  dependencies: ["six", "attrs>=22"],
  timeout: 5,
  mem_limit_mb: null,
  cpu_limit: 0.5,
  keep_warm: 0,
  secrets: ["API_TOKEN"],
  network: [],
  status: { type: "building" },
  logs: "",
  created_at: at,
  built_at: null,
  serving: false,
};

it("a_version_becomes_a_draft_and_asks_for_the_same_again", () => {
  const { version, problems } = versionOf(draftOfVersion(stored));
  expect(problems).toEqual({});
  expect(JSON.parse(JSON.stringify(version))).toEqual({
    code: stored.code,
    description: "One",
    dependencies: ["six", "attrs>=22"],
    timeout: 5,
    cpu_limit: 0.5,
    keep_warm: 0,
    secrets: ["API_TOKEN"],
    network: [],
  });
});

it("only_what_a_version_would_hold_makes_a_draft_another_one", () => {
  const draft = draftOfVersion(stored);
  expect(sameDraft(draft, { ...draft, cpu: "0,50", description: " One " })).toBe(true);
  expect(sameDraft(draft, { ...draft, keepWarm: "" })).toBe(false);
});

it("each_mistake_is_told_at_its_own_field", () => {
  const { problems } = versionOf({ ...emptyFunction("go"), code: "\n", timeout: "0", keepWarm: "4000" });
  expect(Object.keys(problems).toSorted()).toEqual(["code", "keepWarm", "timeout"]);
});

it("names_of_functions_are_those_that_the_server_takes", () => {
  for (const name of ["a", "greet", "resize-image_2", `a${"b".repeat(49)}`]) expect(problemOfName(name)).toBeNull();
  for (const name of ["", "Greet", "2x", "-a", "a b", "ä", `a${"b".repeat(50)}`]) expect(problemOfName(name)).not.toBeNull();
});

it("a_version_is_compared_with_all_that_it_asks_for", () => {
  expect(textOfVersion(stored)).toBe(
    "description: One\npackages: six, attrs>=22\nsecrets: API_TOKEN\ntime: 5 s\nprocessors: 0.5\nkeep warm: 0 s\n\ndef run(input):\n    return 1",
  );
});

it("unsaved_work_comes_back_and_what_does_not_fit_is_ignored", () => {
  const kept = new Map<string, string>();
  const shelf = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, text: string) => void kept.set(name, text), removeItem: (name: string) => void kept.delete(name) };
  const draft = emptyFunction("python");
  keepDraft("u", "f", { draft, version: "2" }, shelf);
  expect(loadDraft("u", "f", shelf)).toEqual({ draft, version: "2" });
  expect(loadDraft("u", "g", shelf)).toBeNull();
  forgetDraft("u", "f", shelf);
  expect(loadDraft("u", "f", shelf)).toBeNull();
  kept.set("runbook.function.u.f", '{"draft":{"code":1},"version":"2"}');
  expect(loadDraft("u", "f", shelf)).toBeNull();
});
