// @vitest-environment jsdom
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import type { EventBody } from "@/api/agent-events.ts";
import { ApiError } from "@/api/errors.ts";
import * as documents from "@/api/__generated__/agents.ts";
import type { AgentSession } from "@/api/__generated__/agents.ts";
import type { Subscriber } from "@/api/graphql-socket.ts";
import { AgentSessionPage } from "./agent-session-page.tsx";
import { planOf, sessionOf, stepOf, wrapper } from "./doubles.tsx";

const server = vi.hoisted(() => ({ ask: vi.fn() }));
const socket = vi.hoisted(() => ({ subscribe: vi.fn() }));
vi.mock("@/api/graphql.ts", () => server);
vi.mock("@/api/graphql-socket.ts", () => ({ graphqlSocket: socket }));

beforeAll(() => {
  // jsdom draws nothing, and so scrolls nowhere.
  Element.prototype.scrollIntoView = () => undefined;
});
afterEach(() => {
  cleanup();
  server.ask.mockReset();
  socket.subscribe.mockReset();
});

const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });

/** A session's page, and the server's end of what it follows. */
async function open(session: AgentSession) {
  const followers = new Map<unknown, Subscriber<unknown>>();
  socket.subscribe.mockImplementation((document: unknown, _: unknown, subscriber: Subscriber<unknown>) => {
    followers.set(document, subscriber);
    return { again: () => undefined, end: () => undefined };
  });
  server.ask.mockImplementation(async (document: unknown) => {
    if (document === documents.agentSession) return { agentSession: session };
    return { session };
  });
  const { queries } = wrapper();
  const router = createMemoryRouter([{ path: "/agents/:session", element: <AgentSessionPage /> }], { initialEntries: ["/agents/as_1"] });
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  await screen.findByRole("heading", { level: 1, name: session.title }, { timeout: 30_000 });
  let seq = 0;
  const tell = (...bodies: EventBody[]) => {
    for (const body of bodies) {
      seq += 1;
      followers.get(documents.agentSessionFeed)?.next({ agentSessionFeed: { type: "AgentEvent", seq, at: 0, body } });
    }
  };
  const change = (changed: AgentSession) => followers.get(documents.agentSessionChanged)?.next({ agentSessionChanged: changed });
  return { tell, change };
}

it("leave_is_asked_for_in_the_chat_until_somebody_has_settled_it", async () => {
  const { tell } = await open(sessionOf());
  tell(
    { event: "queued", by: "user_ada", place: "last", task: { task: "turn", text: "Add a limit" } },
    { event: "began", work: 1, from: { stage: "preparing" } },
    { event: "approval_asked", fence: 2, call: { id: "toolu_1", tool: "Bash", input: "npm test", pattern: null } },
  );
  const chat = screen.getByRole("region", { name: "Chat" });
  const card = await within(chat).findByRole("region", { name: "May the agent use Bash?" }, { timeout: 30_000 });
  expect(within(chat).getByText("Add a limit")).toBeTruthy();
  fireEvent.click(within(card).getByRole("button", { name: "Allow" }));
  await until(() => expect(server.ask).toHaveBeenCalledWith(documents.decide, { session: "as_1", approval: 3, decision: { verdict: "ALLOW", why: null } }));
  tell({ event: "approval_settled", approval: 3, by: "user_ada", decision: { decision: "allow" } });
  await until(() => expect(within(chat).queryByRole("region", { name: "May the agent use Bash?" })).toBeNull());
});

it("the_page_follows_what_becomes_of_the_session", async () => {
  const { change } = await open(sessionOf({ plan: null, status: "GENERATING_STEPS" }));
  expect(screen.getByText("The agent reads and plans")).toBeTruthy();
  change(sessionOf({ seq: 5, plan: planOf({ steps: [stepOf("1", { title: "Count requests" })] }) }));
  const plan = screen.getByRole("region", { name: "Plan" });
  await until(() => expect(within(plan).getByRole("heading", { name: "1 Count requests" })).toBeTruthy());
  expect(within(plan).getByRole("button", { name: "Run step 1" })).toBeTruthy();
  change(sessionOf({ seq: 4, plan: null }));
  expect(within(plan).getByRole("heading", { name: "1 Count requests" })).toBeTruthy();
});

it("a_session_that_is_not_the_readers_is_said_to_be_missing", async () => {
  server.ask.mockRejectedValue(new ApiError({ title: "there is no such session", status: 404, code: "not_found" }));
  const { Wrapper } = wrapper();
  render(<AgentSessionPage />, { wrapper: Wrapper });
  expect(await screen.findByText("This session is not here", {}, { timeout: 30_000 })).toBeTruthy();
});
