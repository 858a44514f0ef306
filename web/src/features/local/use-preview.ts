import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState, type RefObject } from "react";
import type { LocalComponent, LocalPreview, ValuesByForm } from "@/api/local-schema.ts";
import { whenNear } from "@/ui/near.ts";
import { isBroken } from "./components.ts";
import { useLocal } from "./local-context.ts";
import { previewQuery } from "./local-queries.ts";

export interface Preview {
  /** Null until the server has answered. */
  data: LocalPreview | null;
  error: Error | null;
}

/** What a component is with its values filled in. Asked for once it is about to be seen. */
export function usePreview(component: LocalComponent, inputs: ValuesByForm, near: RefObject<Element | null>): Preview {
  const { runbook, runs } = useLocal();
  const [isNear, setNear] = useState(false);
  useEffect(() => whenNear(near.current, () => setNear(true)), [near]);
  const given = JSON.stringify([runbook.contentHash, component.executable?.contentHash, component.needs.outputs.length > 0 ? runs.outputs : null]);
  const { data, error } = useQuery({
    ...previewQuery(component.id, inputs, given),
    enabled: isNear && !isBroken(component) && isFilled(component),
    placeholderData: keepPreviousData,
  });
  return { data: data ?? null, error };
}

/** Whether values change it at all. */
function isFilled({ type, executable, needs }: LocalComponent): boolean {
  if (type === "template" || type === "template_inline") return true;
  return needs.inputs.length > 0 || needs.outputs.length > 0 || executable?.script.includes("{{") === true;
}
