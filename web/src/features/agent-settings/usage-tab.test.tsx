// @vitest-environment jsdom
import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import * as documents from "@/api/__generated__/agents.ts";
import type { UsageReport, UsageSum } from "@/api/__generated__/agents.ts";
import { administrator, click, sentTo, showTab } from "./doubles.tsx";
import { UsageTab } from "./usage-tab.tsx";

const server = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("@/api/graphql.ts", () => server);
vi.mock("@/api/graphql-socket.ts", () => ({ graphqlSocket: { subscribe: vi.fn() } }));

afterEach(() => {
  cleanup();
  server.ask.mockReset();
});

const soon = { timeout: 30_000 };
const until = (check: () => void) => vi.waitFor(check, soon);
const none: UsageSum = { requests: 0, inputTokens: 0, outputTokens: 0, cost: 0 };
const some: UsageSum = { requests: 3, inputTokens: 182_400, outputTokens: 999, cost: 1_240_000 };

function reportOf(changed: Partial<UsageReport> = {}): UsageReport {
  return {
    since: 0,
    total: some,
    days: [
      { day: "2026-11-21", sum: none },
      { day: "2026-11-22", sum: some },
    ],
    models: [{ model: "claude-sonnet-4-5", sum: some }],
    sessions: [{ session: "as_1", title: "Rate limits", sum: some }],
    people: [{ person: { id: "u", name: "ada" }, sum: some }],
    monthlyBudget: 50_000_000,
    spentThisMonth: 3_200_000,
    ...changed,
  };
}

const answering = (report: UsageReport) => [[documents.usage, () => ({ usage: report })] as const];
const table = (name: string) => screen.findByRole("region", { name }, soon);

it("what_was_used_is_told_by_day_model_and_session_beside_the_budget", async () => {
  showTab(server.ask, <UsageTab />, answering(reportOf()));
  expect(screen.getByRole("status").textContent).toContain("Loading");
  const models = await table("Models");
  expect(within(models).getByRole("row", { name: "claude-sonnet-4-5 $1.24 3 182.4k 999" })).toBeTruthy();
  expect(within(await table("Sessions")).getByRole("link", { name: "Rate limits" }).getAttribute("href")).toBe("/agents/as_1");
  expect(screen.getByRole("region", { name: "Your sessions this month" }).textContent).toContain("$3.20 of $50.00");
  expect(screen.queryByRole("region", { name: "People" })).toBeNull();
});

it("whoever_sees_no_bars_reads_the_days_on_which_something_was_used", async () => {
  showTab(server.ask, <UsageTab />, answering(reportOf()));
  fireEvent.click(await screen.findByText("As a table", {}, soon));
  const days = await table("Usage of each day");
  expect(within(days).getByRole("rowheader", { name: "2026-11-22" })).toBeTruthy();
  expect(within(days).queryByRole("rowheader", { name: "2026-11-21" })).toBeNull();
});

it("only_administrators_may_look_at_what_everybody_used", async () => {
  showTab(server.ask, <UsageTab />, answering(reportOf()));
  await table("Models");
  expect(screen.queryByLabelText("Whose")).toBeNull();
  cleanup();
  showTab(server.ask, <UsageTab />, answering(reportOf()), administrator);
  fireEvent.change(await screen.findByLabelText("Whose", {}, soon), { target: { value: "EVERYBODY" } });
  fireEvent.change(screen.getByLabelText("Time"), { target: { value: "90" } });
  await until(() => expect(sentTo(server.ask, documents.usage).at(-1)).toEqual({ days: 90, whose: "EVERYBODY" }));
  expect(within(await table("People")).getByRole("rowheader", { name: "ada" })).toBeTruthy();
});

it("a_time_without_requests_says_so", async () => {
  showTab(server.ask, <UsageTab />, answering(reportOf({ total: none, models: [], sessions: [], monthlyBudget: null, spentThisMonth: 0 })));
  expect(await screen.findByText("No agent has asked a model in this time.", {}, soon)).toBeTruthy();
  expect(screen.getByText("$0.00, without a bound")).toBeTruthy();
});

it("a_report_that_fails_is_asked_for_again", async () => {
  let report: UsageReport | null = null;
  const answer = () => {
    if (report === null) throw new ApiError({ title: "the usage could not be read", status: 500 });
    return { usage: report };
  };
  showTab(server.ask, <UsageTab />, [[documents.usage, answer]]);
  expect((await screen.findByRole("alert", {}, soon)).textContent).toContain("The usage could not be read");
  report = reportOf();
  click("Try again");
  await table("Models");
  expect(screen.queryByRole("alert")).toBeNull();
});
