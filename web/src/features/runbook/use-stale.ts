/** Which outputs no longer follow from the document. The server compares: it knows what ran when. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api } from "@/api/client.ts";
import type { Block, Runbook, StaleBlock } from "@/api/schema.ts";
import { nameOf } from "./block-words.ts";
import type { Runner } from "./runner.ts";

const none: readonly StaleBlock[] = [];

/** Ends of blocks that come at once are asked about once. */
const settleMs = 150;

export function useStale(runbook: Runbook, runner: Runner): ReadonlyMap<string, string> {
  const queries = useQueryClient();
  const { id, revision, blocks } = runbook;
  const { data = none } = useQuery({
    queryKey: ["stale", id, revision],
    queryFn: async ({ signal }) => (await api.staleBlocks(id, signal)).items,
    placeholderData: (before) => before,
    staleTime: 0,
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = runner.onEnded(() => {
      clearTimeout(timer);
      timer = setTimeout(() => void queries.invalidateQueries({ queryKey: ["stale", id] }), settleMs);
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [runner, queries, id]);
  return useMemo(() => new Map(data.map((it) => [it.block, sentenceOf(it, blocks)])), [data, blocks]);
}

export function sentenceOf({ reason, need }: StaleBlock, blocks: readonly Block[]): string {
  const needed = blocks.find((block) => block.id === need);
  const name = needed ? nameOf(needed) : "A block";
  switch (reason) {
    case "edited":
      return "The block was edited after this output was made.";
    case "need_stale":
      return `${name}, which it needs, was edited or must run again.`;
    case "need_ran_again":
      return `${name}, which it needs, ran again after this output was made.`;
  }
}
