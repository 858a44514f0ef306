import { useQuery } from "@tanstack/react-query";
import type { Scope } from "@/api/__generated__/agents.ts";
import { viewerQuery } from "@/features/agent-session/agent-queries.ts";

/** Whether the reader is an administrator, and what they may therefore change. */
export function useMayEdit(): { administrator: boolean; mayEdit: (entry: { scope: Scope }) => boolean } {
  const viewer = useQuery(viewerQuery);
  const administrator = viewer.data?.isAdministrator ?? false;
  return { administrator, mayEdit: ({ scope }) => administrator || scope === "MINE" };
}
