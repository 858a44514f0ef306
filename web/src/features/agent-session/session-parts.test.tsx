// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import type { AgentSession } from "@/api/__generated__/agents.ts";
import { AgentProse } from "./agent-prose.tsx";
import { agentSessionQuery } from "./agent-queries.ts";
import { ApprovalCard } from "./approval-card.tsx";
import { ApproveBar } from "./approve-bar.tsx";
import { ChoiceCard } from "./choice-card.tsx";
import { Composer } from "./composer.tsx";
import { Around, planOf, sessionOf, stepOf, wrapper } from "./doubles.tsx";
import { QuestionCard } from "./question-card.tsx";
import { StepCard } from "./step-card.tsx";

const server = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("@/api/graphql.ts", () => server);
vi.mock("@/api/graphql-socket.ts", () => ({ graphqlSocket: { subscribe: vi.fn() } }));

beforeEach(() => {
  server.ask.mockResolvedValue({ session: sessionOf({ seq: 2 }) });
});
afterEach(() => {
  cleanup();
  server.ask.mockReset();
});

function show(part: React.ReactNode, session: AgentSession = sessionOf()) {
  const { queries, Wrapper } = wrapper();
  render(<Around session={session}>{part}</Around>, { wrapper: Wrapper });
  return queries;
}

const noop = () => undefined;
const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });
/** The variables of each request. */
const sent = () => server.ask.mock.calls.map(([, variables]) => variables as unknown);
const click = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const message = () => screen.getByLabelText<HTMLTextAreaElement>("Message to the agent");

it("enter_sends_a_message_and_empties_the_field", async () => {
  show(<Composer session={sessionOf()} onSent={noop} />);
  fireEvent.change(message(), { target: { value: "Add a limit" } });
  fireEvent.keyDown(message(), { key: "Enter", shiftKey: true });
  expect(sent()).toEqual([]);
  fireEvent.keyDown(message(), { key: "Enter" });
  await until(() => expect(message().value).toBe(""));
  expect(sent()).toEqual([{ session: "as_1", text: "Add a limit" }]);
});

it("a_message_that_is_refused_stays_in_its_field", async () => {
  server.ask.mockRejectedValue(new ApiError({ title: "the session is over its budget", status: 409 }));
  show(<Composer session={sessionOf()} onSent={noop} />);
  fireEvent.change(message(), { target: { value: "Add a limit" } });
  fireEvent.keyDown(message(), { key: "Enter" });
  await until(() => expect(screen.getByRole("alert").textContent).toContain("over its budget"));
  expect(message().value).toBe("Add a limit");
});

it("what_is_typed_while_a_message_is_sent_is_kept_for_the_next", async () => {
  let settle: (answer: { session: AgentSession }) => void = () => undefined;
  server.ask.mockReturnValue(new Promise((resolve) => (settle = resolve)));
  show(<Composer session={sessionOf()} onSent={noop} />);
  fireEvent.change(message(), { target: { value: "First" } });
  fireEvent.keyDown(message(), { key: "Enter" });
  fireEvent.change(message(), { target: { value: "First second" } });
  settle({ session: sessionOf({ seq: 2 }) });
  await until(() => expect(message().value).toBe("second"));
});

it("nothing_can_be_said_in_an_archived_session", () => {
  const session = sessionOf({ lifecycle: "ARCHIVED" });
  show(<Composer session={session} onSent={noop} />, session);
  expect(message().disabled).toBe(true);
});

it("leave_is_given_once_or_for_what_the_pattern_covers", async () => {
  show(<ApprovalCard approval={7} tool="Bash" input="npm test" pattern="Bash(npm test:*)" />);
  click("Allow");
  await until(() => expect(sent()).toEqual([{ session: "as_1", approval: 7, decision: { verdict: "ALLOW", why: null } }]));
  await until(() => expect(screen.getByRole("button", { name: /for this session/ })).toHaveProperty("disabled", false));
  click("Allow for this session: Bash(npm test:*)");
  await until(() => expect(sent()[1]).toEqual({ session: "as_1", approval: 7, decision: { verdict: "ALLOW_FOR_SESSION", why: null } }));
});

it("a_denial_may_say_why", async () => {
  show(<ApprovalCard approval={7} tool="Bash" input="npm test" pattern={null} />);
  expect(screen.queryByRole("button", { name: /for this session/ })).toBeNull();
  click("Deny…");
  fireEvent.change(screen.getByLabelText("Why not?"), { target: { value: "Use cargo" } });
  click("Deny");
  await until(() => expect(sent()).toEqual([{ session: "as_1", approval: 7, decision: { verdict: "DENY", why: "Use cargo" } }]));
});

it("all_of_what_would_be_done_is_seen_before_leave_is_given", () => {
  show(<ApprovalCard approval={7} tool="Bash" input={"rm a \u202Etxt"} pattern={null} />);
  expect(screen.getByRole("region", { name: "What it would do" }).textContent).toBe("rm a ⟨U+202E⟩txt");
});

it("each_question_has_an_answer_before_they_are_sent", async () => {
  const asked = [
    { text: "Per user?", options: ["Per user", "Per token"] },
    { text: "Which code?", options: [] },
  ];
  show(<QuestionCard question={9} asked={asked} />);
  click("Per token");
  expect(screen.getByRole("button", { name: "Answer" })).toHaveProperty("disabled", true);
  fireEvent.change(screen.getByLabelText("Answer"), { target: { value: "429" } });
  click("Answer");
  await until(() => expect(sent()).toEqual([{ session: "as_1", question: 9, answers: ["Per token", "429"] }]));
});

it("after_a_step_somebody_chooses_how_to_go_on", async () => {
  show(<ChoiceCard after="1" />);
  click("Go on in the same branch");
  await until(() => expect(sent()).toEqual([{ session: "as_1", choice: "SAME_BRANCH" }]));
});

it("running_names_the_version_that_was_seen", async () => {
  const session = sessionOf({ plan: planOf({ version: 3, steps: [stepOf("1"), stepOf("2")] }) });
  show(<ApproveBar session={session} />, session);
  click("Approve and run all");
  await until(() => expect(sent()).toEqual([{ session: "as_1", expectedVersion: 3, target: { all: true } }]));
});

it("nothing_is_left_to_run_when_all_steps_are_completed_or_wait", () => {
  const session = sessionOf({ plan: planOf({ steps: [stepOf("1", { state: "COMPLETED" }), stepOf("2", { state: "QUEUED" })] }) });
  show(<ApproveBar session={session} />, session);
  expect(screen.queryByRole("button")).toBeNull();
});

it("a_step_shows_why_it_failed_and_is_retried", async () => {
  const step = stepOf("1", { state: "FAILED", failure: "cargo test failed" });
  show(<StepCard step={step} />, sessionOf({ plan: planOf({ approved: true, steps: [step] }) }));
  const card = screen.getByRole("listitem", { name: "1 Title 1" });
  expect(within(card).getByRole("alert").textContent).toContain("cargo test failed");
  click("Retry step 1");
  await until(() => expect(sent()).toEqual([{ session: "as_1", step: "1" }]));
});

it("an_answer_that_is_older_than_what_is_known_is_not_shown", async () => {
  const queries = show(<Composer session={sessionOf()} onSent={noop} />);
  queries.setQueryData(agentSessionQuery("as_1").queryKey, sessionOf({ seq: 9, title: "Newer" }));
  fireEvent.change(message(), { target: { value: "Hello" } });
  fireEvent.keyDown(message(), { key: "Enter" });
  await until(() => expect(message().value).toBe(""));
  expect(queries.getQueryData(agentSessionQuery("as_1").queryKey)?.title).toBe("Newer");
});

it("what_an_agent_writes_runs_nothing_and_asks_nobody", () => {
  const hostile = "<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n![told](https://evil.example/x.png) [go](javascript:alert(1)) [ok](https://example.com)";
  const { container } = render(<AgentProse source={hostile} />);
  expect(container.querySelector("script")).toBeNull();
  expect([...container.querySelectorAll("img")].filter((image) => image.hasAttribute("src") || image.hasAttribute("onerror"))).toEqual([]);
  expect([...container.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual(["", "https://example.com"]);
});
