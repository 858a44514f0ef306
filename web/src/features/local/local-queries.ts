import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { localApi } from "@/api/local.ts";
import type { LocalRunbook, ValuesByForm } from "@/api/local-schema.ts";

/** All that depends on what is on the disk. */
export const localKey = ["local"];

const previewKey = [...localKey, "preview"];

export const localRunbookQuery = queryOptions({
  queryKey: [...localKey, "runbook"],
  queryFn: ({ signal }) => localApi.runbook(signal),
  // Whoever signs in on a provider's page is in another tab.
  refetchInterval: ({ state }) => (isSigningIn(state.data) ? 1_500 : false),
  refetchIntervalInBackground: true,
});

function isSigningIn(runbook: LocalRunbook | undefined): boolean {
  return Object.values(runbook?.signIns ?? {}).some(({ flow }) => flow?.state === "starting" || flow?.state === "waiting");
}

/** Not of the disk: asking takes a moment, and says the same again. */
export const programQuery = (componentId: string) =>
  queryOptions({
    queryKey: ["signed-in-program", componentId],
    queryFn: ({ signal }) => localApi.findProgram(componentId, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const prerequisitesQuery = queryOptions({
  queryKey: [...localKey, "prerequisites"],
  queryFn: ({ signal }) => localApi.prerequisites(signal),
});

export const filesKey = [...localKey, "files"];

export const filesQuery = infiniteQueryOptions({
  queryKey: filesKey,
  queryFn: ({ pageParam, signal }) => localApi.files(pageParam, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page, pages) => {
    const known = pages.reduce((sum, it) => sum + it.files.length, 0);
    return known < page.total ? (page.files.at(-1)?.path ?? null) : null;
  },
});

export const fileQuery = (path: string, size: number) =>
  queryOptions({
    queryKey: [...filesKey, "content", path, size],
    queryFn: ({ signal }) => localApi.file(path, signal),
    staleTime: 0,
  });

export const directoriesKey = [...localKey, "directories"];

/** `given` is all that the root depends on beside the typed values. */
export const directoriesQuery = (componentId: string, inputs: ValuesByForm, under: string, given: string) =>
  queryOptions({
    queryKey: [...directoriesKey, componentId, inputs, under, given],
    queryFn: ({ signal }) => localApi.directories({ componentId, inputs, under }, signal),
    staleTime: 0,
    gcTime: 60_000,
    retry: false,
  });

/** `given` is all that the text depends on beside the typed values: outputs, the script and the document. */
export const previewQuery = (componentId: string, inputs: ValuesByForm, given: string) =>
  queryOptions({
    queryKey: [...previewKey, componentId, inputs, given],
    queryFn: ({ signal }) => localApi.preview({ componentId, inputs }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
