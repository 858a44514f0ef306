import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: ({ signal }) => api.tokens(signal),
  select: ({ items }) => items,
  // When one was last used changes elsewhere.
  staleTime: 0,
});

export function useCreateToken() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: api.createToken,
    // The secret is shown once, and kept no longer than it is shown.
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
}

export function useRevokeToken() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: api.revokeToken,
    onSuccess: () => queries.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
}
