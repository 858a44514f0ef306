import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "@/api/client.ts";
import { hasCode } from "@/api/errors.ts";
import type { Runbook, Session } from "@/api/schema.ts";

/** Lists of runbooks, however they are narrowed. */
export const runbooksKey = ["runbooks"];

/** `filter` holds what the route takes: folder, tag, starred, sort. */
export const runbooksQuery = (filter: URLSearchParams) =>
  infiniteQueryOptions({
    queryKey: [...runbooksKey, filter.toString()],
    queryFn: ({ pageParam, signal }) => api.runbooks(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // Sessions come and go on other pages: a list that is opened is a list that is asked for.
    staleTime: 0,
  });

export const runbookQuery = (id: string) =>
  queryOptions({ queryKey: ["runbook", id], queryFn: ({ signal }) => api.runbook(id, signal) });

export function useCreateRunbook(then: (runbook: Runbook) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: api.createRunbook,
    onSuccess: (runbook) => {
      queries.setQueryData(runbookQuery(runbook.id).queryKey, runbook);
      void queries.invalidateQueries({ queryKey: runbooksKey });
      then(runbook);
    },
  });
}

export function useDeleteRunbook() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: api.deleteRunbook,
    onSuccess: (_, id) => {
      queries.removeQueries({ queryKey: runbookQuery(id).queryKey });
      return queries.invalidateQueries({ queryKey: runbooksKey });
    },
  });
}

/** Gives a runbook another title. Its text goes its own way, so that only the revision of the moment can be told. */
export function useSaveTitle(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (title: string) => {
      const { revision } = await api.runbook(id);
      return api.saveRunbook(id, { title, revision });
    },
    retry: (count, error) => count < 3 && hasCode(error, "revision_conflict"),
    onSuccess: (saved) => {
      queries.setQueryData(runbookQuery(id).queryKey, (known) => (known ? { ...known, title: saved.title, revision: saved.revision } : saved));
      void queries.invalidateQueries({ queryKey: runbooksKey });
    },
  });
}

/** Puts a newer state of the session where every part of the page reads it. */
export function useSetSession(id: string): (session: Session) => void {
  const queries = useQueryClient();
  return useCallback(
    (session: Session) =>
      queries.setQueryData(runbookQuery(id).queryKey, (runbook) => (runbook ? { ...runbook, session } : runbook)),
    [queries, id],
  );
}
