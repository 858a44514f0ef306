import { QueryClient } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import type { AgentSessionSummary } from "@/api/__generated__/agents.ts";
import { agentSessionsQuery, putInPlace } from "./agent-queries.ts";

vi.mock("@/api/graphql-socket.ts", () => ({ graphqlSocket: { subscribe: vi.fn() } }));

const summary = (id: string, changed: Partial<AgentSessionSummary> = {}) => ({ id, title: id, lifecycle: "ACTIVE", ...changed }) as AgentSessionSummary;

function lists() {
  const queries = new QueryClient();
  const { queryKey } = agentSessionsQuery("active", "");
  queries.setQueryData(queryKey, { pages: [{ items: [summary("a"), summary("b")], next: "x" }, { items: [summary("c")], next: null }], pageParams: [null, "x"] });
  const titles = () => queries.getQueryData(queryKey)?.pages.map((page) => page.items.map(({ title }) => title));
  return { queries, titles };
}

it("a_session_that_changes_stays_where_its_list_has_it", () => {
  const { queries, titles } = lists();
  expect(putInPlace(queries, summary("c", { title: "Changed" }))).toBe(true);
  expect(titles()).toEqual([["a", "b"], ["Changed"]]);
});

it("a_session_that_no_list_has_or_that_changes_its_shelf_needs_new_lists", () => {
  const { queries, titles } = lists();
  expect(putInPlace(queries, summary("d"))).toBe(false);
  expect(putInPlace(queries, summary("a", { lifecycle: "ARCHIVED" }))).toBe(false);
  expect(titles()).toEqual([["a", "b"], ["c"]]);
});
