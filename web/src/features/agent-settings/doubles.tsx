/** For tests: a tab of the settings, over a server that answers as it is told. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import type { Mock } from "vitest";
import type { Viewer } from "@/api/__generated__/agents.ts";
import { ConfirmDialog } from "@/ui/confirm.tsx";

export const member: Viewer = { id: "u", name: "ada", isAdministrator: false, agentsUnavailable: null };
export const administrator: Viewer = { ...member, isAdministrator: true };

/** Shows a tab; `answers` has what the server says to each document, of which the rest asks who looks. */
export function showTab(ask: Mock, tab: ReactNode, answers: readonly (readonly [unknown, (variables: unknown) => unknown])[], viewer: Viewer = member): void {
  const known = new Map(answers);
  ask.mockImplementation(async (document: unknown, variables: unknown) => known.get(document)?.(variables) ?? { viewer });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter>
        {tab}
        <ConfirmDialog />
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

function showModal(this: HTMLDialogElement): void {
  this.open = true;
}

function close(this: HTMLDialogElement): void {
  this.open = false;
}

/** jsdom has no modal dialogs. */
export function standInForDialogs(): void {
  Object.assign(HTMLDialogElement.prototype, { showModal, close });
}

/** What was sent with a document, each time. */
export function sentTo(ask: Mock, document: unknown): unknown[] {
  return ask.mock.calls.filter(([asked]) => asked === document).map(([, variables]) => variables as unknown);
}

export const click = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
export const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
