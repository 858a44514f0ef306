import { infiniteQueryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "@/api/client.ts";

/** Everything that is known of a session's files. */
export const filesKey = (session: string) => ["files", session] as const;

/** A directory, page by page. */
export function directoryQuery(session: string, path: string) {
  return infiniteQueryOptions({
    queryKey: [...filesKey(session), path],
    queryFn: ({ pageParam, signal }) => api.files(session, path, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_after,
    // Programs change files behind the page's back.
    staleTime: 0,
    retry: false,
  });
}

/** Looks again at all directories that are shown. */
export function useRefreshFiles(session: string): () => void {
  const queries = useQueryClient();
  return useCallback(() => void queries.invalidateQueries({ queryKey: filesKey(session) }), [queries, session]);
}
