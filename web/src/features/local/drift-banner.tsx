import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { hasStatus } from "@/api/errors.ts";
import { localApi } from "@/api/local.ts";
import type { Drift, DriftItem, LocalRunbook } from "@/api/local-schema.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { DiffView } from "@/ui/diff-view.tsx";
import { Notice } from "@/ui/notice.tsx";
import { toast } from "@/ui/toasts.tsx";
import { localKey, localRunbookQuery } from "./local-queries.ts";

/** The disk holds something else than what was approved: what that is, and how to take it over. */
export function DriftBanner({ runbook }: { runbook: LocalRunbook }) {
  const queries = useQueryClient();
  const [isShown, setShown] = useState(false);
  const { drift, mode } = runbook;
  const approve = useMutation({
    mutationFn: localApi.approve,
    onSuccess: (now) => {
      queries.setQueryData(localRunbookQuery.queryKey, now);
      void queries.invalidateQueries({ queryKey: localKey });
      setShown(false);
      toast("Approved. What you see is what runs.");
    },
    onError: (error) => {
      if (!hasStatus(error, 409)) return;
      toast("The file has changed once more. Look at it again.", "failure");
      void queries.invalidateQueries({ queryKey: localRunbookQuery.queryKey });
    },
  });
  if (mode === "watch" || (!drift.documentChanged && drift.items.length === 0)) return null;
  const { hash } = drift;
  const action = (
    <Button look="primary" size="small" icon="check" busy={approve.isPending} disabled={hash === null} onClick={() => hash !== null && approve.mutate(hash)}>
      Re-approve
    </Button>
  );
  return (
    <Notice
      tone="warning"
      className="mb-6"
      action={
        <div className="flex flex-wrap gap-2">
          {drift.items.length > 0 ? (
            <Button size="small" icon="text" onClick={() => setShown(true)}>
              Show changes
            </Button>
          ) : null}
          {action}
        </div>
      }
    >
      <p className="font-medium">The file on disk has changed since you approved it.</p>
      <p>{driftWords(drift, mode)}</p>
      {approve.error && !hasStatus(approve.error, 409) ? <p className="mt-1 text-failure">{approve.error.message}</p> : null}
      {isShown ? (
        <Dialog
          title="What has changed on the disk"
          size="large"
          onClose={() => setShown(false)}
          footer={
            <>
              <Button onClick={() => setShown(false)}>Close</Button>
              {action}
            </>
          }
        >
          <div className="max-h-[60dvh] overflow-y-auto">
            {drift.items.map((it) => (
              <DiffView key={it.componentId} before={it.approved ?? ""} after={it.now ?? ""} label={`${it.componentId} · ${kindWords[it.kind]}`} />
            ))}
          </div>
        </Dialog>
      ) : null}
    </Notice>
  );
}

const kindWords: Record<DriftItem["kind"], string> = { added: "added", changed: "changed", gone: "removed" };

export function driftWords({ hash, items }: Drift, mode: LocalRunbook["mode"]): string {
  if (hash === null) return "It cannot be read now. What runs is what was approved.";
  const counted = (["changed", "added", "gone"] as const).flatMap((kind) => {
    const count = items.filter((it) => it.kind === kind).length;
    return count > 0 ? [`${count} ${kindWords[kind]}`] : [];
  });
  const scripts = counted.length === 0 ? "No script is different." : `Scripts: ${counted.join(", ")}.`;
  return `${scripts} ${mode === "open" ? "What you read and run is what was approved." : "You read what is on the disk; what runs is what was approved."}`;
}
