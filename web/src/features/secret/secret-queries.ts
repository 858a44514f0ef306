import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";

export const secretsQuery = queryOptions({
  queryKey: ["secrets"],
  queryFn: ({ signal }) => api.secrets(signal),
  select: ({ items }) => items,
});

export function useSetSecret() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ name, value }: { name: string; value: string }) => api.setSecret(name, value),
    onSuccess: () => queries.invalidateQueries({ queryKey: secretsQuery.queryKey }),
  });
}

export function useDeleteSecret() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: api.deleteSecret,
    onSuccess: () => queries.invalidateQueries({ queryKey: secretsQuery.queryKey }),
  });
}
