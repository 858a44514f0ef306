/** What agents are told and may do, as their people keep it. */
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { pause } from "@/api/events.ts";
import { ask, type Document } from "@/api/graphql.ts";
import * as documents from "@/api/__generated__/agents.ts";
import type { Learning, UsageScope } from "@/api/__generated__/agents.ts";

/** How long somebody who types may rest before their words are looked for. */
const restMs = 120;

export const contextFilesQuery = queryOptions({
  queryKey: ["agents", "context-files"],
  queryFn: async ({ signal }) => (await ask(documents.contextFiles, {}, signal)).contextFiles,
});

export const mcpServersQuery = queryOptions({
  queryKey: ["agents", "mcp-servers"],
  queryFn: async ({ signal }) => (await ask(documents.mcpServers, {}, signal)).mcpServers,
});

export const toolPolicyQuery = queryOptions({
  queryKey: ["agents", "tool-policy"],
  queryFn: async ({ signal }) => (await ask(documents.toolPolicy, {}, signal)).toolPolicy,
});

export const learningsQuery = (search: string) =>
  queryOptions({
    queryKey: ["agents", "learnings", search],
    queryFn: async ({ signal }) => {
      if (search !== "") await pause(restMs, signal);
      signal.throwIfAborted();
      return (await ask(documents.learnings, { search: search || null }, signal)).learnings;
    },
    placeholderData: keepPreviousData,
  });

export const suggestedOf = (learnings: Learning[]) => learnings.filter(({ state }) => state === "SUGGESTED");
export const keptOf = (learnings: Learning[]) => learnings.filter(({ state }) => state === "KEPT");

/** Null where the hub has none, and for those who are no administrators. */
export const forgeAppQuery = queryOptions({
  queryKey: ["agents", "repositories", "app"],
  queryFn: async ({ signal }) => (await ask(documents.forgeApp, {}, signal)).forgeApp,
  // The hub asks the code host for it, which answers only so often.
  staleTime: 60_000,
});

export const secretNamesQuery = queryOptions({
  queryKey: ["agents", "secret-names"],
  queryFn: async ({ signal }) => (await ask(documents.secretNames, {}, signal)).secretNames,
  staleTime: 0,
});

export const usageQuery = (days: number, whose: UsageScope) =>
  queryOptions({
    queryKey: ["agents", "usage", days, whose],
    queryFn: async ({ signal }) => (await ask(documents.usage, { days, whose }, signal)).usage,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

/** The lists that there are, by the beginning of their keys. */
export type Kept = "repositories" | "personas" | "context-files" | "mcp-servers" | "tool-policy" | "learnings" | "templates";

/** Changes something of a list, after which the list is asked for anew. */
export function useChange<Result, Variables>(document: Document<Result, Variables>, kept: Kept) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (variables: Variables) => ask(document, variables),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["agents", kept] }),
  });
}
