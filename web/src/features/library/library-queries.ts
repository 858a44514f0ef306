import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { FolderChange, ShelfChange } from "@/api/schema.ts";
import { runbooksKey } from "@/features/runbook/runbook-queries.ts";

export const foldersQuery = queryOptions({
  queryKey: ["folders"],
  queryFn: async ({ signal }) => (await api.folders(signal)).items,
  staleTime: 0,
});

export const tagsQuery = queryOptions({ queryKey: ["tags"], queryFn: async ({ signal }) => (await api.tags(signal)).items, staleTime: 0 });

export const trashQuery = infiniteQueryOptions({
  queryKey: ["trash"],
  queryFn: ({ pageParam, signal }) => api.trash(pageParam, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  staleTime: 0,
});

/** After any change of what is kept where, all lists are asked for anew. */
function useLibraryChange<Change, Answer>(change: (change: Change) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () =>
      Promise.all(
        [runbooksKey, foldersQuery.queryKey, tagsQuery.queryKey, trashQuery.queryKey, ["shelf"]].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

export const useCreateFolder = () => useLibraryChange((folder: { name: string; parent: string | null }) => api.createFolder(folder));
export const useChangeFolder = () =>
  useLibraryChange(({ id, ...change }: FolderChange & { id: string }) => api.changeFolder(id, change));
export const useDeleteFolder = () => useLibraryChange((id: string) => api.deleteFolder(id));
export const useChangeShelf = () =>
  useLibraryChange(({ id, ...change }: ShelfChange & { id: string }) => api.changeShelf(id, change));
export const useRestoreRunbook = () => useLibraryChange((id: string) => api.restoreRunbook(id));
export const usePurgeRunbook = () => useLibraryChange((id: string) => api.purgeRunbook(id));
