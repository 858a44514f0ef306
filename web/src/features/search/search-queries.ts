import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { pause } from "@/api/events.ts";
import { api } from "@/api/client.ts";

/** How long somebody who types may rest before their words are looked for. */
const restMs = 120;

const pageSize = 20;

/** Between two looks while runbooks are read for the first time: each look reads some more of them. */
const readingMs = 250;

/** What the palette has room for. */
export const paletteSize = 7;

/** What is found by what was typed; what was found before stays until then. */
export const searchQuery = (typed: string, limit: number = pageSize) =>
  infiniteQueryOptions({
    queryKey: ["search", typed.trim(), limit],
    queryFn: async ({ pageParam, signal }) => {
      await pause(restMs, signal);
      signal.throwIfAborted();
      return api.search(typed, pageParam, limit, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.indexing) ? readingMs : false),
  });
