import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { localChanges } from "@/api/local.ts";
import { localKey } from "./local-queries.ts";

/** Asks anew whenever the document or a script has changed on the disk. The browser makes a dropped connection again. */
export function useChanges(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const source = new EventSource(localChanges);
    let isAgain = false;
    const refresh = () => void queries.invalidateQueries({ queryKey: localKey });
    source.addEventListener("changed", refresh);
    source.addEventListener("hello", () => {
      // What changed while nobody listened is not told.
      if (isAgain) refresh();
      isAgain = true;
    });
    return () => source.close();
  }, [queries]);
}
