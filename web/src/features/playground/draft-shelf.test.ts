import { expect, it } from "vitest";
import { DraftShelf } from "./draft-shelf.ts";
import { starter } from "./draft.ts";

function shelf(entries: Record<string, string> = {}) {
  const kept = new Map(Object.entries(entries));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

it("each_language_and_each_person_has_a_draft_of_their_own", () => {
  const storage = shelf();
  const ada = new DraftShelf("user_ada", storage);
  ada.keep("python", { ...starter("python"), code: "print(1)" });
  expect(ada.draft("python").code).toBe("print(1)");
  expect(ada.draft("rust")).toEqual(starter("rust"));
  expect(new DraftShelf("user_bob", storage).draft("python")).toEqual(starter("python"));
  ada.forget("python");
  expect(ada.draft("python")).toEqual(starter("python"));
});

it("the_language_is_the_one_that_was_used_last", () => {
  const storage = shelf();
  const drafts = new DraftShelf("user_ada", storage);
  expect(drafts.language).toBe("python");
  drafts.language = "go";
  expect(new DraftShelf("user_ada", storage).language).toBe("go");
});

it("what_an_older_page_kept_is_taken_as_far_as_it_fits", () => {
  const drafts = new DraftShelf("u", shelf({ "runbook.playground.u.bash": '{"code":"echo","files":"x","timeout":5,"more":1}', "runbook.playground.u.go": "{" }));
  expect(drafts.draft("bash")).toEqual({ ...starter("bash"), code: "echo" });
  expect(drafts.draft("go")).toEqual(starter("go"));
});

it("a_browser_without_storage_keeps_nothing_and_fails_at_nothing", () => {
  const refuse = () => {
    throw new Error("denied");
  };
  const drafts = new DraftShelf("u", { getItem: refuse, setItem: refuse, removeItem: refuse });
  drafts.keep("python", starter("python"));
  drafts.forget("python");
  expect(drafts.draft("python")).toEqual(starter("python"));
});
