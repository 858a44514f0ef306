import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { FunctionInfo, FunctionVersionPage } from "@/api/schema.ts";

/** How often a build that somebody else began is looked at. One's own tells of itself. */
const buildingMs = 1_500;

const key = (name: string) => ["function", name];

export const functionsQuery = infiniteQueryOptions({
  queryKey: ["functions"],
  queryFn: ({ pageParam, signal }) => api.functions(pageParam, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 0,
  refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some((it) => isBuilding(it.info))) ? buildingMs : false),
});

export const functionQuery = (name: string) =>
  queryOptions({
    queryKey: [...key(name), "info"],
    queryFn: ({ signal }) => api.functionInfo(name, signal),
    refetchInterval: ({ state }) => (state.data && isBuilding(state.data) ? buildingMs : false),
  });

/** Versions do not change but for their build. */
export const versionQuery = (name: string, version: string) =>
  queryOptions({ queryKey: [...key(name), "version", version], queryFn: ({ signal }) => api.functionVersion(name, version, signal) });

export const versionsQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: [...key(name), "versions"],
    queryFn: ({ pageParam, signal }) => api.functionVersions(name, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
    refetchInterval: ({ state }) => (hasBuilding(state.data) ? buildingMs : false),
  });

export const invocationsQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: [...key(name), "invocations"],
    queryFn: ({ pageParam, signal }) => api.invocations(name, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });

/** Asks anew for everything that is shown of a function. */
export function useRefreshFunction(name: string): () => void {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: key(name) });
    void queries.invalidateQueries({ queryKey: functionsQuery.queryKey });
  };
}

export function useServeVersion(name: string) {
  const queries = useQueryClient();
  const refresh = useRefreshFunction(name);
  return useMutation({
    mutationFn: (version: string) => api.serveVersion(name, version),
    onSuccess: (info) => {
      queries.setQueryData(functionQuery(name).queryKey, info);
      refresh();
    },
  });
}

export function useDeleteFunction(name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.deleteFunction(name),
    onSuccess: () => {
      queries.removeQueries({ queryKey: key(name) });
      return queries.invalidateQueries({ queryKey: functionsQuery.queryKey });
    },
  });
}

function isBuilding(info: FunctionInfo): boolean {
  return info.status.type === "building";
}

function hasBuilding(data: InfiniteData<FunctionVersionPage> | undefined): boolean {
  return data?.pages.some((page) => page.items.some((it) => it.status.type === "building")) === true;
}
