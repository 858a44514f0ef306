import { beforeAll, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import type { CodeRun } from "@/api/schema.ts";
import { DraftShelf } from "./draft-shelf.ts";
import { Playground } from "./playground.ts";

beforeAll(() => {
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => setTimeout(run, 0));
  vi.stubGlobal("cancelAnimationFrame", clearTimeout);
});

function shelf(): DraftShelf {
  const kept = new Map<string, string>();
  return new DraftShelf("u", {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  });
}

/** A hub that answers nothing until it is told to, and remembers what it was asked. */
function hub() {
  const asked: CodeRun[] = [];
  const open = (request: CodeRun, signal: AbortSignal) => {
    asked.push(request);
    return new Promise<Response>((_, reject) => signal.addEventListener("abort", () => reject(new Error("hung up"))));
  };
  return { asked, open };
}

it("each_language_remembers_its_draft", () => {
  const drafts = shelf();
  const playground = new Playground(drafts);
  playground.change({ code: "print(1)" });
  playground.choose("go");
  expect(playground.state.draft.code).toContain("package main");
  playground.choose("python");
  expect(playground.state.draft.code).toBe("print(1)");
  playground.choose("go");
  expect(new Playground(drafts).state.language).toBe("go");
  playground.choose("python");
  playground.reset();
  expect(drafts.draft("python").code).toContain("planet");
});

it("a_program_from_a_link_neither_runs_nor_replaces_a_draft_until_it_is_adopted", () => {
  const drafts = shelf();
  const { asked, open } = hub();
  new Playground(drafts).change({ code: "mine" });
  const playground = new Playground(drafts, { lang: "python", code: "theirs", args: ["-x"] }, open);
  playground.change({ code: "theirs, changed" });
  expect(asked).toEqual([]);
  expect(drafts.draft("python").code).toBe("mine");
  playground.adopt();
  expect(drafts.draft("python")).toMatchObject({ code: "theirs, changed", args: "-x" });
});

it("what_is_wrong_is_told_instead_of_sent_and_goes_while_it_is_mended", () => {
  const { asked, open } = hub();
  const playground = new Playground(shelf(), null, open);
  playground.change({ timeout: "0", code: "" });
  expect(playground.run()).toBeNull();
  expect(Object.keys(playground.state.problems).toSorted()).toEqual(["code", "timeout"]);
  playground.change({ timeout: "1" });
  expect(Object.keys(playground.state.problems)).toEqual(["code"]);
  expect(asked).toEqual([]);
});

it("a_program_that_runs_is_not_started_twice_and_can_be_cancelled", async () => {
  const { asked, open } = hub();
  const playground = new Playground(shelf(), null, open);
  const feed = playground.run();
  expect(playground.run()).toBeNull();
  expect(asked).toHaveLength(1);
  playground.choose("bash");
  playground.cancel();
  expect(feed?.isLive).toBe(true);
  playground.choose("python");
  playground.cancel();
  expect((await feed?.finished)?.ending).toMatchObject({ outcome: "cancelled" });
});

it("a_refusal_is_told_beside_the_field_that_it_is_about", async () => {
  const refuse = async () => {
    throw new ApiError({ title: "Bad Request", detail: '"-x" is no dependency of python: it begins with a dash', status: 400, code: "invalid", field: "/dependencies" });
  };
  const playground = new Playground(shelf(), null, refuse);
  await playground.run()?.finished;
  await vi.waitFor(() => expect(playground.state.problems.dependencies).toContain("begins with a dash"), { timeout: 30_000 });
});
