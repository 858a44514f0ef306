import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { JobLimits, JobPolicy } from "@/api/schema.ts";

/** How often the figures of the queue are looked at. */
const queueMs = 2_000;

export const queueQuery = queryOptions({
  queryKey: ["queue"],
  queryFn: ({ signal }) => api.queue(signal),
  staleTime: 0,
  refetchInterval: queueMs,
});

/** Accounts by a part of their name or address. */
export const usersQuery = (name: string) =>
  queryOptions({ queryKey: ["users", name.trim()], queryFn: ({ signal }) => api.users(name.trim(), signal), staleTime: 10_000, placeholderData: keepPreviousData });

export const limitsQuery = (subject: string) =>
  queryOptions({ queryKey: ["job-limits", subject], queryFn: ({ signal }) => api.limits(subject, signal), staleTime: 0 });

export const policyQuery = queryOptions({ queryKey: ["job-policy"], queryFn: ({ signal }) => api.jobPolicy(signal), staleTime: 0 });

export const auditQuery = (filter: URLSearchParams) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter.toString()],
    queryFn: ({ pageParam, signal }) => api.audit(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });

export function useSetLimits(subject: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (limits: JobLimits) => api.setLimits(subject, limits),
    onSuccess: (standing) => {
      queries.setQueryData(limitsQuery(subject).queryKey, standing);
      // What is set for everybody holds for others too.
      void queries.invalidateQueries({ queryKey: ["users"] });
      return queries.invalidateQueries({ queryKey: ["job-limits"] });
    },
  });
}

export function useSetPolicy() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (policy: JobPolicy) => api.setJobPolicy(policy),
    onSuccess: (policy) => queries.setQueryData(policyQuery.queryKey, policy),
  });
}
