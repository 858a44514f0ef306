import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { api } from "@/api/client.ts";
import type { Runbook } from "@/api/schema.ts";
import { isOpen } from "@/features/session/session-status.ts";
import { toast } from "@/ui/toasts.tsx";
import { InputsDesk } from "./inputs-state.ts";

/** What the reader fills in for the page's runbook. */
export function useNewInputs(runbook: Runbook): InputsDesk {
  const { id, inputs, session } = runbook;
  // Made once: the page is keyed by its runbook.
  const [desk] = useState(() => new InputsDesk(id, (message) => toast(message, "failure")));
  const { data } = useQuery({
    queryKey: ["inputs", id],
    queryFn: ({ signal }) => api.filledInputs(id, signal),
    enabled: inputs.length > 0,
    staleTime: 0,
  });
  useEffect(() => desk.setFields(inputs), [desk, inputs]);
  useEffect(() => {
    if (data) desk.load(data);
  }, [desk, data]);
  const connected = isOpen(session);
  useEffect(() => {
    if (!connected) desk.forget();
  }, [desk, connected]);
  useEffect(() => () => desk.close(), [desk]);
  return desk;
}

/** Renders again whenever something is filled in. */
export function useInputs(desk: InputsDesk): InputsDesk {
  useSyncExternalStore(desk.subscribe, () => desk.version);
  return desk;
}
