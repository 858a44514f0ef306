import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { NewSchedule, Schedule } from "@/api/schema.ts";

export const schedulesQuery = infiniteQueryOptions({
  queryKey: ["schedules"],
  queryFn: ({ pageParam, signal }) => api.schedules(pageParam, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 0,
  // The next times pass while one looks.
  refetchInterval: 30_000,
});

export const scheduleQuery = (schedule: string) =>
  queryOptions({ queryKey: ["schedule", schedule], queryFn: ({ signal }) => api.schedule(schedule, signal), staleTime: 0 });

export function useCreateSchedule() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewSchedule) => api.createSchedule(body),
    onSuccess: () => queries.invalidateQueries({ queryKey: schedulesQuery.queryKey }),
  });
}

export function useSaveSchedule(schedule: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewSchedule) => api.saveSchedule(schedule, body),
    onSuccess: (saved) => {
      queries.setQueryData(scheduleQuery(schedule).queryKey, saved);
      return queries.invalidateQueries({ queryKey: schedulesQuery.queryKey });
    },
  });
}

export function useDeleteSchedule(schedule: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.deleteSchedule(schedule),
    onSuccess: () => {
      queries.removeQueries({ queryKey: ["schedule", schedule] });
      return queries.invalidateQueries({ queryKey: schedulesQuery.queryKey });
    },
  });
}

/** A schedule as it would be sent to be stored again. */
export function bodyOf({ name, cron, time_zone, missed, paused, job }: Schedule): NewSchedule {
  return { name, cron, time_zone, missed, paused, job };
}
