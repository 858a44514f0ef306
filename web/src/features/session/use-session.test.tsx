// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import type { Session, SessionStatus } from "@/api/schema.ts";
import { useSessionUpdates } from "./use-session.ts";

const api = vi.hoisted(() => ({ sessionUpdates: vi.fn() }));
vi.mock("@/api/client.ts", () => ({ api }));

afterEach(() => {
  cleanup();
  api.sessionUpdates.mockReset();
  show(true);
});

function show(visible: boolean): void {
  Object.defineProperty(document, "hidden", { configurable: true, value: !visible });
  document.dispatchEvent(new Event("visibilitychange"));
}

/** The signals of the streams that were opened. */
function follow(status: SessionStatus): AbortSignal[] {
  const signals: AbortSignal[] = [];
  api.sessionUpdates.mockImplementation(async (_: string, signal: AbortSignal) => {
    signals.push(signal);
    return new Response(new ReadableStream());
  });
  const session = { id: "sess_1", status } as Session;
  const queries = new QueryClient();
  const wrapper = ({ children }: { children: React.ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
  const onUpdate = () => undefined;
  renderHook(() => useSessionUpdates(session, onUpdate), { wrapper });
  return signals;
}

it("a_hidden_tab_gives_its_connection_back_until_it_is_shown_again", () => {
  const signals = follow("ACTIVE");
  expect(signals.map((signal) => signal.aborted)).toEqual([false]);
  act(() => show(false));
  expect(signals.map((signal) => signal.aborted)).toEqual([true]);
  act(() => show(true));
  expect(signals.map((signal) => signal.aborted)).toEqual([true, false]);
});

it("a_session_that_starts_is_followed_even_in_a_hidden_tab", () => {
  const signals = follow("STARTING");
  act(() => show(false));
  expect(signals.map((signal) => signal.aborted)).toEqual([false]);
});
