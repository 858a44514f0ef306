// @vitest-environment jsdom
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import type { AgentSession } from "@/api/__generated__/agents.ts";
import { AgentSessionPage } from "./agent-session-page.tsx";
import { agentSessionQuery } from "./agent-queries.ts";
import { sessionOf, wrapper } from "./doubles.tsx";

const server = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("@/api/graphql.ts", () => server);
vi.mock("@/api/graphql-socket.ts", () => ({ graphqlSocket: { subscribe: () => ({ again: () => undefined, end: () => undefined }) } }));
// xterm draws, which jsdom cannot. Like it, this takes the keyboard where it may.
vi.mock("@/features/terminal/terminal-drawer.tsx", () => ({
  TerminalDrawer: ({ place, takesKeys }: { place: string; takesKeys: () => boolean }) => (
    <textarea
      aria-label={`Terminals at ${place}`}
      ref={(area) => {
        if (area && takesKeys()) area.focus();
      }}
    />
  ),
}));

beforeAll(() => {
  // jsdom draws nothing, and so scrolls nowhere.
  Element.prototype.scrollIntoView = () => undefined;
  globalThis.scrollTo = () => undefined;
});
afterEach(() => {
  cleanup();
  server.ask.mockReset();
});

const soon = { timeout: 30_000 };
const terminals = () => screen.queryByLabelText("Terminals at /api/agents/as_1");
const button = () => screen.getByRole("button", { name: "Terminal" });

async function show(session: AgentSession) {
  server.ask.mockResolvedValue({ agentSession: session });
  const { queries } = wrapper();
  const router = createMemoryRouter([{ path: "/agents/:session", element: <AgentSessionPage /> }], { initialEntries: ["/agents/as_1"] });
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  await screen.findByRole("heading", { level: 1, name: session.title }, soon);
  return (changed: AgentSession) => queries.setQueryData(agentSessionQuery("as_1").queryKey, changed);
}

it("a_terminal_is_there_once_it_is_opened_and_takes_the_keyboard_of_its_button", async () => {
  await show(sessionOf({ sandbox: "UP" }));
  expect(terminals()).toBeNull();
  fireEvent.click(button());
  const area = await screen.findByLabelText("Terminals at /api/agents/as_1", {}, soon);
  expect(document.activeElement).toBe(area);
  fireEvent.click(button());
  expect(terminals()).toBeNull();
});

it("a_sandbox_that_sleeps_is_woken_by_whoever_asks_for_a_terminal", async () => {
  await show(sessionOf({ sandbox: "PAUSED", lifecycle: "PAUSED", pauseReason: "IDLE" }));
  fireEvent.click(button());
  expect(terminals()).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Open a terminal" }));
  const area = await screen.findByLabelText("Terminals at /api/agents/as_1", {}, soon);
  expect(document.activeElement).toBe(area);
});

it("what_somebody_paused_is_woken_by_no_terminal", async () => {
  const change = await show(sessionOf({ sandbox: "UP" }));
  fireEvent.click(button());
  await screen.findByLabelText("Terminals at /api/agents/as_1", {}, soon);
  change(sessionOf({ seq: 2, sandbox: "PAUSED", lifecycle: "PAUSED", pauseReason: "ASKED" }));
  await screen.findByText(/Resume it to open a terminal/, {}, soon);
  expect(terminals()).toBeNull();
  change(sessionOf({ seq: 3, sandbox: "PAUSED" }));
  await screen.findByRole("button", { name: "Open a terminal" }, soon);
  expect(terminals()).toBeNull();
});

it("a_terminal_stays_with_what_it_showed_when_its_sandbox_falls_asleep", async () => {
  const change = await show(sessionOf({ sandbox: "UP" }));
  fireEvent.click(button());
  const area = await screen.findByLabelText("Terminals at /api/agents/as_1", {}, soon);
  change(sessionOf({ seq: 2, title: "Asleep", sandbox: "PAUSED", lifecycle: "PAUSED", pauseReason: "IDLE" }));
  await screen.findByRole("heading", { level: 1, name: "Asleep" }, soon);
  expect(terminals()).toBe(area);
});

it("while_the_sandbox_sleeps_the_page_says_what_wakes_it", async () => {
  await show(sessionOf({ sandbox: "PAUSED" }));
  fireEvent.click(button());
  expect(screen.getByRole("region", { name: "Terminals of this session" }).textContent).toContain("Send a message to wake it");
  fireEvent.click(screen.getByRole("button", { name: "Hide terminals" }));
  expect(screen.queryByRole("region", { name: "Terminals of this session" })).toBeNull();
  expect(document.activeElement).toBe(button());
});

it("a_sandbox_that_wakes_leaves_the_keyboard_to_whoever_writes_a_message", async () => {
  const change = await show(sessionOf({ sandbox: "PAUSED" }));
  fireEvent.click(button());
  const message = screen.getByLabelText("Message to the agent");
  message.focus();
  change(sessionOf({ seq: 2, sandbox: "UP" }));
  await screen.findByLabelText("Terminals at /api/agents/as_1", {}, soon);
  expect(document.activeElement).toBe(message);
});

it("who_moves_between_tabs_stays_in_them", async () => {
  await show(sessionOf({ sandbox: "UP" }));
  screen.getByRole("tab", { name: /Plan/ }).focus();
  fireEvent.click(screen.getByRole("tab", { name: /Plan/ }));
  fireEvent.keyDown(screen.getByRole("tab", { name: /Plan/ }), { key: "ArrowRight" });
  await screen.findByLabelText("Terminals at /api/agents/as_1", {}, soon);
  expect(document.activeElement).toBe(screen.getByRole("tab", { name: "Terminal" }));
});
