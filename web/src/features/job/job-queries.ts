import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { Job, NewJob } from "@/api/schema.ts";
import { isLive } from "./job-status.ts";
import { searchOf, type JobFilter } from "./job-filter.ts";

/** How often jobs that are under way are looked at, and how often a list where none is. */
const liveMs = 1_500;
const quietMs = 10_000;

export const jobsQuery = (filter: JobFilter) => {
  const search = searchOf(filter);
  return infiniteQueryOptions({
    queryKey: ["jobs", search.toString()],
    queryFn: ({ pageParam, signal }) => api.jobs(search, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
    // Pages further back change little, and each would be asked for anew.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 3 ? false : anyLive(state.data?.pages) ? liveMs : quietMs),
  });
};

export const jobQuery = (job: string) =>
  queryOptions({
    queryKey: ["job", job],
    queryFn: ({ signal }) => api.job(job, signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data && isLive(state.data) ? liveMs : false),
  });

/** How much I may ask of the queue, and how much I have. */
export const myLimitsQuery = queryOptions({ queryKey: ["my-limits"], queryFn: ({ signal }) => api.myLimits(signal), staleTime: 0, refetchInterval: quietMs });

export const runbookChoicesQuery = queryOptions({
  queryKey: ["runbook-choices"],
  queryFn: async ({ signal }) => (await api.runbooks(new URLSearchParams(), null, signal)).items.map((it) => [it.id, it.title] as const),
});

export const functionChoicesQuery = queryOptions({
  queryKey: ["function-choices"],
  queryFn: async ({ signal }) => (await api.functions(null, signal)).items.map((it) => it.name),
});

export function useSubmitJob() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (order: NewJob) => api.submitJob(order),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
  });
}

/** What is done to a job, after which all that is shown of it is asked for anew. */
export function useJobAction<Answer>(job: string, act: (job: string) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => act(job),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["job", job] });
      void queries.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
}

export function useDeleteJob(job: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.deleteJob(job),
    onSuccess: () => {
      queries.removeQueries({ queryKey: ["job", job] });
      return queries.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
}

function anyLive(pages: readonly { items: readonly Job[] }[] | undefined): boolean {
  return pages?.some((page) => page.items.some(isLive)) === true;
}
