import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "@/api/client.ts";
import { sentence } from "@/api/errors.ts";
import type { Runbook, RuntimeName, Session } from "@/api/schema.ts";

export const runbooksQuery = infiniteQueryOptions({
  queryKey: ["runbooks"],
  queryFn: ({ pageParam, signal }) => api.runbooks(pageParam, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  // Sessions come and go on other pages: a list that is opened is a list that is asked for.
  staleTime: 0,
});

export const runbookQuery = (id: string) =>
  queryOptions({ queryKey: ["runbook", id], queryFn: ({ signal }) => api.runbook(id, signal) });

/** The languages this machine lacks, and what to do. Asked again when the reader comes back from installing one. */
export const runtimesQuery = queryOptions({
  queryKey: ["runtimes"],
  queryFn: ({ signal }) => api.runtimes(signal),
  select: ({ items }): ReadonlyMap<RuntimeName, string> => {
    const missing = items.filter((it) => !it.available);
    return new Map(missing.map((it) => [it.name, sentence(it.message ?? `${it.name} is not installed on this machine`)]));
  },
});

export function useCreateRunbook(then: (runbook: Runbook) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: api.createRunbook,
    onSuccess: (runbook) => {
      queries.setQueryData(runbookQuery(runbook.id).queryKey, runbook);
      void queries.invalidateQueries({ queryKey: runbooksQuery.queryKey });
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
      return queries.invalidateQueries({ queryKey: runbooksQuery.queryKey });
    },
  });
}

export interface Saving {
  title: string;
  content: string;
  /** The revision that was edited. */
  revision: number;
}

export function useSaveRunbook(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (saving: Saving) => api.saveRunbook(id, saving),
    onSuccess: (saved) => {
      queries.setQueryData(runbookQuery(id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: runbooksQuery.queryKey });
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
