import { lazy, Suspense, useSyncExternalStore } from "react";
import type { Runbook } from "@/api/schema.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import type { Editing } from "./cells/editing.ts";

const SourceEditor = lazy(async () => ({ default: (await import("./source-editor.tsx")).SourceEditor }));

/** The source editor once there is a live text for it. */
export function SourceView({ runbook, editing, line }: { runbook: Runbook; editing: Editing | null; line: number | null }) {
  const synced = useSyncExternalStore(editing?.live.subscribe ?? never, () => editing?.live.synced ?? false);
  const waiting = <Skeleton className="h-[60vh] w-full rounded-xl" />;
  if (!editing || !synced) return waiting;
  return (
    <Suspense fallback={waiting}>
      <SourceEditor runbook={runbook} editing={editing} line={line} />
    </Suspense>
  );
}

const never = () => () => undefined;
