// @vitest-environment jsdom
import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import * as documents from "@/api/__generated__/agents.ts";
import type { Learning } from "@/api/__generated__/agents.ts";
import { sentTo, showTab, standInForDialogs, type } from "./doubles.tsx";
import { LearningsTab } from "./learnings-tab.tsx";

const server = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("@/api/graphql.ts", () => server);
vi.mock("@/api/graphql-socket.ts", () => ({ graphqlSocket: { subscribe: vi.fn() } }));

beforeAll(standInForDialogs);
afterEach(() => {
  cleanup();
  server.ask.mockReset();
});

const soon = { timeout: 30_000 };
const until = (check: () => void) => vi.waitFor(check, soon);

const kept: Learning = { id: "l1", pattern: "Tests need a database", solution: "Start it first.", files: [], session: null, repository: null, state: "KEPT", uses: 2, at: 0 };
const suggested: Learning = { ...kept, id: "l2", pattern: "make lint fails", solution: "Run make format.", files: ["src/a.rs"], session: "as_1", repository: "r1", state: "SUGGESTED", uses: 0 };

/** The tab over a server that keeps what it is told to. */
async function show(...learnings: Learning[]) {
  let stored = learnings;
  showTab(server.ask, <LearningsTab />, [
    [documents.learnings, () => ({ learnings: stored })],
    [documents.repositories, () => ({ repositories: [{ id: "r1", name: "acme/api" }] })],
    [documents.keepLearning, () => ({ keepLearning: (stored = [{ ...suggested, state: "KEPT" }]) })],
    [documents.putLearning, () => ({ putLearning: (stored = [{ ...suggested, state: "KEPT" }]) })],
    [documents.deleteLearning, () => ({ deleteLearning: (stored = stored.filter(({ id }) => id !== "l2")).length > 0 })],
  ]);
  return screen.findByRole("region", { name: "Suggested by agents" }, soon);
}

const press = (within_: HTMLElement, name: string) => fireEvent.click(within(within_).getByRole("button", { name }));
const noSuggestions = () => until(() => expect(screen.queryByRole("region", { name: "Suggested by agents" })).toBeNull());

it("what_an_agent_suggests_stands_apart_with_where_it_comes_from", async () => {
  const suggestions = await show(kept, suggested);
  await within(suggestions).findByText("in acme/api", {}, soon);
  expect(within(suggestions).getByText("src/a.rs")).toBeTruthy();
  expect(within(suggestions).getByRole("link", { name: "Its session" }).getAttribute("href")).toBe("/agents/as_1");
  expect(within(suggestions).queryByText(kept.pattern)).toBeNull();
  expect(screen.getByText(kept.pattern)).toBeTruthy();
});

it("what_a_person_keeps_is_a_learning_like_others", async () => {
  press(await show(suggested), "Keep");
  await noSuggestions();
  expect(sentTo(server.ask, documents.keepLearning)).toEqual([{ id: "l2" }]);
  expect(screen.getByRole("button", { name: "Edit make lint fails" })).toBeTruthy();
});

it("what_a_person_edits_is_kept_in_their_words", async () => {
  press(await show(suggested), "Edit");
  type("What to do", "Run make format twice.");
  press(screen.getByRole("dialog", { name: "Edit and keep the suggestion" }), "Save");
  await noSuggestions();
  expect(sentTo(server.ask, documents.putLearning)).toEqual([{ id: "l2", input: { pattern: "make lint fails", solution: "Run make format twice.", files: ["src/a.rs"] } }]);
});

it("what_a_person_dismisses_is_gone", async () => {
  press(await show(kept, suggested), "Dismiss");
  await noSuggestions();
  expect(sentTo(server.ask, documents.deleteLearning)).toEqual([{ id: "l2" }]);
  expect(screen.getByText(kept.pattern)).toBeTruthy();
});

it("nothing_of_a_suggestion_is_unseen_by_whoever_keeps_it", async () => {
  const suggestions = await show({ ...suggested, solution: "Run \u202Emake\u200B format." });
  expect(within(suggestions).getByText("Run ⟨U+202E⟩make⟨U+200B⟩ format.")).toBeTruthy();
});

it("learnings_that_cannot_be_loaded_say_why", async () => {
  const refuse = () => {
    throw new ApiError({ title: "the learnings could not be read", status: 500 });
  };
  showTab(server.ask, <LearningsTab />, [[documents.learnings, refuse]]);
  expect((await screen.findByRole("alert", {}, soon)).textContent).toContain("The learnings could not be read");
});
