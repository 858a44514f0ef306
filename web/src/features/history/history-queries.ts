import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { runbookQuery } from "@/features/runbook/runbook-queries.ts";
import { searchOf, type HistoryFilter } from "./history-filter.ts";

export const historyQuery = (runbook: string, filter: HistoryFilter) => {
  const search = searchOf(filter);
  return infiniteQueryOptions({
    queryKey: ["history", runbook, search.toString()],
    queryFn: ({ pageParam, signal }) => api.history(runbook, search, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });
};

export const revisionsQuery = (runbook: string) =>
  infiniteQueryOptions({
    queryKey: ["revisions", runbook],
    queryFn: ({ pageParam, signal }) => api.revisions(runbook, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });

/** What a revision changed, or what restoring it would. */
export const revisionDiffQuery = (runbook: string, revision: number, against: number | null) =>
  queryOptions({
    queryKey: ["revision-diff", runbook, revision, against],
    queryFn: ({ signal }) => api.revisionDiff(runbook, revision, against, signal),
  });

/** After a revision became the latest one again, the runbook is as it was then. */
export function useRestoreRevision(runbook: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (revision: number) => api.restoreRevision(runbook, revision),
    onSuccess: (restored) => {
      queries.setQueryData(runbookQuery(runbook).queryKey, restored);
      return queries.invalidateQueries({ queryKey: revisionsQuery(runbook).queryKey });
    },
  });
}

export function useNameRevision(runbook: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ revision, name }: { revision: number; name: string | null }) => api.nameRevision(runbook, revision, name),
    onSuccess: () => queries.invalidateQueries({ queryKey: revisionsQuery(runbook).queryKey }),
  });
}

/** What an execution was made of never changes. */
export const originQuery = (execution: string) =>
  queryOptions({ queryKey: ["origin", execution], queryFn: ({ signal }) => api.origin(execution, signal), staleTime: Number.POSITIVE_INFINITY });
