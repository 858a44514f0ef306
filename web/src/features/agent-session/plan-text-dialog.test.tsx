// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import type { AgentSession, Step } from "@/api/__generated__/agents.ts";
import { Around, planOf, sessionOf, stepOf, wrapper } from "./doubles.tsx";
import { PlanTextDialog } from "./plan-text-dialog.tsx";

const server = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("@/api/graphql.ts", () => server);
vi.mock("@/api/graphql-socket.ts", () => ({ graphqlSocket: { subscribe: vi.fn() } }));
vi.mock("@/ui/markdown-editor.tsx", () => ({
  MarkdownEditor: ({ initial, label, onChange }: { initial: string; label: string; onChange: (text: string) => void }) => (
    <textarea aria-label={label} defaultValue={initial} onChange={(event) => onChange(event.target.value)} />
  ),
}));

beforeAll(() => {
  // jsdom has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function show() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
});
afterEach(() => {
  cleanup();
  server.ask.mockReset();
});

const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });
const sent = () => server.ask.mock.calls.map(([, variables]) => variables as unknown);
const save = () => screen.getByRole("button", { name: /^Save as version/ });

async function edit(session: AgentSession, step: Step | null, typed: string) {
  const { Wrapper } = wrapper();
  const onClose = vi.fn();
  const page = (shown: AgentSession) => (
    <Around session={shown}>
      <PlanTextDialog step={step} onClose={onClose} />
    </Around>
  );
  const { rerender } = render(page(session), { wrapper: Wrapper });
  const field = await screen.findByLabelText<HTMLTextAreaElement>(step ? `Text of step ${step.number}` : "Text of the plan", {}, { timeout: 30_000 });
  fireEvent.change(field, { target: { value: typed } });
  return { field, onClose, become: (changed: AgentSession) => rerender(page(changed)) };
}

it("a_plan_is_saved_in_place_of_the_version_that_was_seen", async () => {
  server.ask.mockResolvedValue({ session: sessionOf({ seq: 2 }) });
  const { onClose } = await edit(sessionOf({ plan: planOf({ version: 4 }) }), null, "# New\n");
  fireEvent.click(save());
  await until(() => expect(onClose).toHaveBeenCalled());
  expect(sent()).toEqual([{ session: "as_1", expectedVersion: 4, text: "# New\n" }]);
});

it("a_version_saved_meanwhile_is_seen_before_it_is_replaced_and_nothing_typed_is_lost", async () => {
  server.ask.mockResolvedValue({ session: sessionOf({ seq: 3 }) });
  const { field, become } = await edit(sessionOf({ plan: planOf({ version: 1, text: "# Old\n" }) }), null, "# Mine\n");
  become(sessionOf({ seq: 2, plan: planOf({ version: 2, text: "# Theirs\n" }) }));
  expect(screen.getByText(/Version 2 was saved while you wrote/)).toBeTruthy();
  expect(screen.getByRole("region", { name: "What version 2 changed" }).textContent).toContain("+ # Theirs");
  expect(save()).toHaveProperty("disabled", true);
  expect(field.value).toBe("# Mine\n");
  fireEvent.click(screen.getByRole("button", { name: "Go on with mine" }));
  fireEvent.click(save());
  await until(() => expect(sent()).toEqual([{ session: "as_1", expectedVersion: 2, text: "# Mine\n" }]));
});

it("a_plan_that_is_refused_says_why_and_stays_as_it_was_typed", async () => {
  server.ask.mockRejectedValue(new ApiError({ title: "step 3 follows step 1; number it 2", status: 422 }));
  const { field, onClose } = await edit(sessionOf(), null, "## Step 3\n");
  fireEvent.click(save());
  await until(() => expect(screen.getByRole("alert").textContent).toContain("Step 3 follows step 1; number it 2"));
  expect(field.value).toBe("## Step 3\n");
  expect(onClose).not.toHaveBeenCalled();
});

it("a_step_is_its_title_and_its_body", async () => {
  server.ask.mockResolvedValue({ session: sessionOf({ seq: 2 }) });
  const step = stepOf("1", { body: "Use the store." });
  const { field } = await edit(sessionOf({ plan: planOf({ steps: [step] }) }), step, "Count\n\nUse another.\n");
  expect(field.defaultValue).toBe("Title 1\n\nUse the store.\n");
  fireEvent.click(save());
  await until(() => expect(sent()).toEqual([{ session: "as_1", expectedVersion: 1, step: "1", text: "Count\n\nUse another.\n" }]));
});
