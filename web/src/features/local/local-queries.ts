import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { localApi } from "@/api/local.ts";
import type { ValuesByForm } from "@/api/local-schema.ts";

export const localRunbookQuery = queryOptions({
  queryKey: ["local", "runbook"],
  queryFn: ({ signal }) => localApi.runbook(signal),
});

export const prerequisitesQuery = queryOptions({
  queryKey: ["local", "prerequisites"],
  queryFn: ({ signal }) => localApi.prerequisites(signal),
});

export const filesKey = ["local", "files"];

export const filesQuery = infiniteQueryOptions({
  queryKey: filesKey,
  queryFn: ({ pageParam, signal }) => localApi.files(pageParam, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.cursor ?? null,
});

export const fileQuery = (path: string, size: number) =>
  queryOptions({
    queryKey: [...filesKey, "content", path, size],
    queryFn: ({ signal }) => localApi.file(path, signal),
    staleTime: 0,
  });

/** `given` is all that the text depends on beside the typed values: outputs, and the document itself. */
export const previewQuery = (componentId: string, inputs: ValuesByForm, given: string) =>
  queryOptions({
    queryKey: ["local", "preview", componentId, inputs, given],
    queryFn: ({ signal }) => localApi.preview({ componentId, inputs }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
