import { queryOptions, useMutation, useQueryClient, useSuspenseQuery, type QueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { hasStatus } from "@/api/errors.ts";
import type { Credentials, User } from "@/api/schema.ts";

export const configQuery = queryOptions({
  queryKey: ["config"],
  queryFn: ({ signal }) => api.config(signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The signed-in user, or null. Being signed out is an answer, not an error. */
export const accountQuery = queryOptions({
  queryKey: ["account"],
  queryFn: async ({ signal }): Promise<User | null> => {
    try {
      return await api.me(signal);
    } catch (error) {
      if (hasStatus(error, 401)) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** The server no longer knows who asks: the page goes back to signing in, and drafts stay in the browser. */
export function forgetAccountWhenRefused(queries: QueryClient, error: unknown): void {
  if (hasStatus(error, 401)) queries.setQueryData(accountQuery.queryKey, null);
}

/** The user of a page below `RequireAccount`. */
export function useAccount(): User {
  const { data } = useSuspenseQuery(accountQuery);
  if (!data) throw new Error("a page that needs an account was shown without one");
  return data;
}

export function useEnter<Form>(enter: (form: Form) => Promise<Credentials>, then: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: enter,
    onSuccess: ({ user }) => {
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "config" });
      queries.setQueryData(accountQuery.queryKey, user);
      then();
    },
  });
}

export function useSignOut(then: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: api.signOut,
    onSuccess: () => {
      then();
      queries.clear();
    },
  });
}
