// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import * as documents from "@/api/__generated__/agents.ts";
import { sessionOf, wrapper } from "./doubles.tsx";
import { NewSessionForm } from "./new-session-form.tsx";

const server = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("@/api/graphql.ts", () => server);
vi.mock("@/api/graphql-socket.ts", () => ({ graphqlSocket: { subscribe: vi.fn() } }));

afterEach(() => {
  cleanup();
  server.ask.mockReset();
});

const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });
const opened = () => server.ask.mock.calls.filter(([document]) => document === documents.openAgentSession).map(([, variables]) => (variables as { input: unknown }).input);

/** What the server answers to the one request that opens a session. */
function show(open: () => Promise<unknown> = async () => ({ session: sessionOf() })) {
  server.ask.mockImplementation(async (document: unknown) => {
    if (document === documents.openAgentSession) return open();
    if (document === documents.models) return { models: ["sonnet"] };
    return { personas: [], templates: [] };
  });
  const { Wrapper } = wrapper();
  render(<NewSessionForm repositories={[sessionOf().repository]} onCancel={null} />, { wrapper: Wrapper });
}

const start = () => fireEvent.click(screen.getByRole("button", { name: "Start planning" }));
const prompt = () => screen.getByLabelText<HTMLTextAreaElement>("What is to be done?");

it("a_session_needs_something_to_do", async () => {
  show();
  start();
  expect(screen.getByText("Say what is to be done.")).toBeTruthy();
  expect(opened()).toEqual([]);
});

it("what_is_typed_is_what_is_sent", async () => {
  show();
  fireEvent.change(prompt(), { target: { value: "Add a limit" } });
  fireEvent.click(screen.getByText("Settings"));
  fireEvent.change(screen.getByLabelText("Budget in dollars"), { target: { value: "2.50" } });
  fireEvent.change(screen.getByLabelText("Pull requests"), { target: { value: "MANUAL" } });
  start();
  await until(() => expect(opened()).toHaveLength(1));
  expect(opened()[0]).toMatchObject({ repository: "repo_1", prompt: "Add a limit", template: null, settings: { budget: 2_500_000, pullMode: "MANUAL", oneShot: false } });
});

it("a_wrong_setting_is_unfolded_and_named", () => {
  show();
  fireEvent.change(prompt(), { target: { value: "Add a limit" } });
  fireEvent.click(screen.getByText("Settings"));
  fireEvent.change(screen.getByLabelText("Budget in dollars"), { target: { value: "much" } });
  fireEvent.click(screen.getByText("Settings"));
  start();
  expect(screen.getByLabelText("Budget in dollars").getAttribute("aria-invalid")).toBe("true");
  expect(opened()).toEqual([]);
});

it("a_refused_session_leaves_the_form_as_it_was", async () => {
  show(async () => {
    throw new ApiError({ title: "the secret GITHUB_TOKEN is not set", status: 422 });
  });
  fireEvent.change(prompt(), { target: { value: "Add a limit" } });
  start();
  await until(() => expect(screen.getByRole("alert").textContent).toContain("The secret GITHUB_TOKEN is not set"));
  expect(prompt().value).toBe("Add a limit");
});
