import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { localChanges } from "@/api/local.ts";
import { runbookQuery } from "./runbook-queries.ts";

/** Asks anew whenever the file of a local document has changed. The browser makes a dropped connection again. */
export function useFileChanges(id: string, isLocal: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!isLocal) return;
    const source = new EventSource(localChanges);
    const refresh = () => void queries.invalidateQueries({ queryKey: runbookQuery(id).queryKey });
    // What changed before anybody listened is not told.
    source.addEventListener("hello", refresh);
    source.addEventListener("changed", refresh);
    return () => source.close();
  }, [id, isLocal, queries]);
}
