import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";

/** References count for a day; one that is shown is renewed long before. */
const renewMs = 3_600_000;

export const artifactQuery = (artifact: string) =>
  queryOptions({ queryKey: ["artifact", artifact], queryFn: ({ signal }) => api.artifact(artifact, signal), staleTime: renewMs });

export const artifactsQuery = infiniteQueryOptions({
  queryKey: ["artifacts"],
  queryFn: ({ pageParam, signal }) => api.artifacts(pageParam, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 0,
});

export function useDeleteArtifact(artifact: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.deleteArtifact(artifact),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["artifacts"] });
      void queries.invalidateQueries({ queryKey: ["my-limits"] });
    },
  });
}
