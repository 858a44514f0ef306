import { useEffect } from "react";
import { api } from "@/api/client.ts";

/** Notes that the reader opened a runbook, for their list of recent ones. */
export function useVisit(runbook: string, isThere: boolean): void {
  useEffect(() => {
    // Nobody waits for it, and a reader whose visit is not noted has lost nothing.
    if (isThere) api.visit(runbook).catch(() => undefined);
  }, [runbook, isThere]);
}
