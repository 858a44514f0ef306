import { expect, it } from "vitest";
import type { EventBody } from "@/api/agent-events.ts";
import type { AgentEvent, Delta } from "@/api/__generated__/agents.ts";
import { firstShown } from "./chat-item.ts";
import { emptyChat, reduced, type ChatState } from "./chat-state.ts";

const events = (bodies: readonly EventBody[], from = 1): AgentEvent[] =>
  bodies.map((body, at) => ({ type: "AgentEvent", seq: from + at, at: 0, body }));
const chat = (...bodies: EventBody[]): ChatState => reduced(emptyChat, events(bodies)).chat;
const kinds = (state: ChatState) => state.items.map(({ kind }) => kind);
const delta = (text: string, speaker: Delta["speaker"] = "AGENT"): Delta => ({ type: "Delta", fence: 2, speaker, text });

const step: EventBody = { event: "queued", by: "user_1", place: "last", task: { task: "step", step: "1.1" } };
const turn: EventBody = { event: "queued", by: "user_1", place: "last", task: { task: "turn", text: "Add a limit" } };
const began = (work: number): EventBody => ({ event: "began", work, from: { stage: "preparing" } });
const called: EventBody = { event: "noted", fence: 2, note: "tool_called", call: "toolu_1", tool: "Bash", input: "npm test" };
const asked: EventBody = { event: "approval_asked", fence: 2, call: { id: "toolu_1", tool: "Bash", input: "npm test", pattern: "Bash(npm test)" } };

it("a_turn_is_what_was_said_to_and_fro", () => {
  const state = chat(turn, began(1), { event: "said", fence: 2, text: "Which one?" }, { event: "ended", work: 1, end: { end: "completed" } });
  expect(state.items).toMatchObject([{ kind: "message", by: "user_1", text: "Add a limit" }, { kind: "said", text: "Which one?" }]);
});

it("a_visit_to_the_sandbox_is_told_of_only_where_it_fails", () => {
  const visit: EventBody = { event: "queued", by: "user_1", place: "last", task: { task: "visit" } };
  expect(kinds(chat(visit, began(1), { event: "ended", work: 1, end: { end: "completed" } }))).toEqual([]);
  const failed: EventBody = { event: "ended", work: 1, end: { end: "failed", failure: { failure: "lasting", why: "no branch nowhere" } } };
  expect(kinds(chat(visit, began(1), failed))).toEqual(["end"]);
});

it("a_text_grows_as_it_is_written_and_is_replaced_by_the_stored_one", () => {
  const writing = reduced(chat(turn, began(1)), [delta("Wh"), delta("hm", "THOUGHT"), delta("ich")]).chat;
  expect(writing.drafts.map(({ text }) => text)).toEqual(["Which", "hm"]);
  const done = reduced(writing, events([{ event: "said", fence: 2, text: "Which?" }], 3)).chat;
  expect(done.drafts.map(({ text }) => text)).toEqual(["hm"]);
});

it("a_tool_call_with_its_leave_verdict_and_output_is_one_item", () => {
  const judged: EventBody = { event: "noted", fence: 2, note: "tool_judged", call: "toolu_1", verdict: "asked", why: "no rule covers it" };
  const settled: EventBody = { event: "approval_settled", approval: 5, by: "user_1", decision: { decision: "allow" } };
  const ended: EventBody = { event: "noted", fence: 2, note: "tool_ended", call: "toolu_1", output: "ok", failed: false, diff: null };
  const state = chat(step, began(1), called, judged, asked, settled, ended);
  expect(kinds(state)).toEqual(["work", "tool"]);
  expect(state.items[1]).toMatchObject({ verdict: "asked", output: "ok", leave: { id: 5, state: "settled", by: "user_1" } });
});

it("leave_that_is_asked_before_the_call_is_told_belongs_to_the_same_item", () => {
  expect(kinds(chat(step, began(1), asked, called))).toEqual(["work", "tool"]);
});

it("what_an_attempt_asked_is_withdrawn_when_the_attempt_is_over", () => {
  const questioned: EventBody = { event: "question_asked", fence: 2, asked: [{ text: "Which?", options: [] }] };
  const state = chat(step, began(1), asked, questioned, { event: "faltered", fence: 2, why: "overloaded", until: "2026-01-01T00:00:00.000Z" });
  expect(state.items).toMatchObject([{ kind: "work" }, { leave: { state: "withdrawn" } }, { state: "withdrawn" }, { kind: "fact" }]);
});

it("a_call_that_is_made_again_by_a_later_attempt_is_another_item", () => {
  const state = chat(step, began(1), called, { event: "faltered", fence: 2, why: "overloaded", until: "2026-01-01T00:00:00.000Z" }, began(1), called);
  expect(kinds(state)).toEqual(["work", "tool", "fact", "tool"]);
});

it("a_step_has_one_beginning_however_often_it_is_tried", () => {
  const again: EventBody = { event: "faltered", fence: 2, why: "overloaded", until: "2026-01-01T00:00:00.000Z" };
  const failed: EventBody = { event: "ended", work: 1, end: { end: "failed", failure: { failure: "tried_too_often", why: "overloaded" } } };
  expect(kinds(chat(step, began(1), again, began(1), again, began(1), failed))).toEqual(["work", "fact", "fact", "end"]);
});

it("an_answer_stands_with_its_question_and_a_choice_with_what_was_asked", () => {
  const state = chat(
    { event: "question_asked", fence: 2, asked: [{ text: "Which?", options: ["a", "b"] }] },
    { event: "question_settled", question: 1, by: "user_1", answers: ["b"] },
    { event: "choice_asked", after: "1.1" },
    { event: "chosen", by: "user_1", choice: "same_branch" },
  );
  expect(state.items).toMatchObject([
    { kind: "question", state: "settled", answers: ["b"] },
    { kind: "choice", after: "1.1", choice: "same_branch" },
  ]);
});

it("an_event_that_this_page_does_not_know_is_counted_and_not_shown", () => {
  const state = chat(turn, { event: "dreamt" } as unknown as EventBody, { event: "said", fence: 2, text: "Yes" });
  expect([state.seq, kinds(state)]).toEqual([3, ["message", "said"]]);
});

it("of_a_long_chat_the_end_is_shown_and_whatever_waits_for_somebody", () => {
  const said: EventBody = { event: "said", fence: 2, text: "Yes" };
  expect(firstShown(chat(said, said, said, said).items, 3)).toBe(1);
  expect(firstShown(chat(said, asked, said, said, said, said).items, 3)).toBe(1);
  expect(firstShown(chat(said).items, 3)).toBe(0);
});

it("a_batch_leaves_the_state_before_it_as_it_was", () => {
  const before = chat(step, began(1), asked);
  reduced(before, events([{ event: "approval_settled", approval: 3, by: "user_1", decision: { decision: "allow" } }], 4));
  expect(before.items[1]).toMatchObject({ leave: { state: "open" } });
});
