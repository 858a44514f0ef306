import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/errors.ts";
import type { Revision, RevisionDiff, Runbook } from "@/api/schema.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { DiffPieces } from "@/ui/diff-view.tsx";
import type { DiffLine } from "@/ui/line-diff.ts";
import { ListCard } from "@/ui/list-card.tsx";
import { PagedList } from "@/ui/paged-list.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { NameDialog } from "./name-dialog.tsx";
import { revisionDiffQuery, revisionsQuery, useRestoreRevision } from "./history-queries.ts";

/** All versions of the text, the latest first; each shows what it changed and can be brought back. */
export function VersionsView({ runbook }: { runbook: Runbook }) {
  const revisions = useInfiniteQuery(revisionsQuery(runbook.id));
  const [named, setNamed] = useState<Revision | null>(null);
  return (
    <>
    <PagedList query={revisions} loading="Loading the versions" empty={null}>
      {(items) => (
        <ListCard>
          {items.map((revision, at) => (
            <VersionRow
              key={revision.number}
              runbook={runbook}
              revision={revision}
              latest={items[0]?.number ?? revision.number}
              isFirst={at === items.length - 1 && !revisions.hasNextPage}
              onName={() => setNamed(revision)}
            />
          ))}
        </ListCard>
      )}
    </PagedList>
      {named ? <NameDialog runbook={runbook.id} revision={named} onClose={() => setNamed(null)} /> : null}
    </>
  );
}

interface VersionRowProps {
  runbook: Runbook;
  revision: Revision;
  latest: number;
  isFirst: boolean;
  onName: () => void;
}

type Compared = "before" | "latest" | null;

function VersionRow({ runbook, revision, latest, isFirst, onName }: VersionRowProps) {
  const [compared, setCompared] = useState<Compared>(null);
  const restore = useRestoreRevision(runbook.id);
  const { number } = revision;
  const isLatest = number === latest;
  const toggle = (what: Compared) => setCompared(compared === what ? null : what);
  const ask = async () => {
    const yes = await confirm({
      title: `Restore version ${number}?`,
      body: "Its text becomes the newest version. The versions since then stay in this list.",
      action: `Restore version ${number}`,
      look: "primary",
    });
    if (!yes) return;
    restore.mutate(number, {
      onSuccess: () => toast(`Version ${number} is back, as the newest one.`),
      onError: (error) => toast(messageOf(error), "failure"),
    });
  };
  return (
    <li aria-label={`Version ${number}`} className="py-3.5 pr-4 pl-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="font-medium text-ink">{revision.name ?? `Version ${number}`}</span>
        {isLatest ? <span className="rounded-full bg-accent-soft px-2 py-0.5 text-xs font-medium text-accent">current</span> : null}
        <Lines added={revision.lines_added} removed={revision.lines_removed} />
        <span className="ml-auto flex flex-wrap gap-2">
          {isFirst ? null : (
            <Button size="small" aria-expanded={compared === "before"} onClick={() => toggle("before")}>
              {compared === "before" ? "Hide changes" : "Show changes"}
            </Button>
          )}
          {isLatest ? null : (
            <Button size="small" aria-expanded={compared === "latest"} onClick={() => toggle("latest")}>
              {compared === "latest" ? "Hide comparison" : "Compare with current"}
            </Button>
          )}
          {runbook.editable ? (
            <Button size="small" onClick={onName}>
              Name
            </Button>
          ) : null}
          {runbook.editable && !isLatest ? (
            <Button size="small" look="soft" busy={restore.isPending} onClick={() => void ask()}>
              Restore
            </Button>
          ) : null}
        </span>
      </div>
      <p className="mt-1 text-[0.8125rem] text-ink-faint">
        {revision.name ? `Version ${number} · ` : ""}
        {wordsOf(revision)} by {revision.author_name} <TimeAgo at={revision.updated_at} />
      </p>
      {compared === null ? null : <Comparison runbook={runbook.id} from={compared === "latest" ? number : null} to={compared === "latest" ? latest : number} />}
    </li>
  );
}

function Lines({ added, removed }: { added: number | null; removed: number | null }) {
  if (added === null || removed === null) return null;
  return (
    <span className="text-[0.8125rem] tabular-nums">
      <span className="text-success">
        <span aria-hidden="true">+{added}</span>
        <span className="sr-only">{added} lines added,</span>
      </span>{" "}
      <span className="text-failure">
        <span aria-hidden="true">−{removed}</span>
        <span className="sr-only">{removed} removed</span>
      </span>
    </span>
  );
}

/** From one version to a later one; `from` null is the one before it. */
function Comparison({ runbook, from, to }: { runbook: string; from: number | null; to: number }) {
  const diff = useQuery(revisionDiffQuery(runbook, to, from));
  if (diff.isPending) return <Skeleton className="mt-3 h-24 w-full rounded-lg" />;
  if (!diff.data) return <p className="mt-3 text-sm text-failure">{messageOf(diff.error)}</p>;
  const label = diff.data.from === null ? `Version ${to}` : `From version ${diff.data.from} to version ${diff.data.to}`;
  return (
    <>
      <DiffPieces pieces={piecesOf(diff.data)} label={label} />
      {diff.data.truncated ? <p className="mt-1 text-xs text-ink-faint">More has changed than is shown.</p> : null}
    </>
  );
}

/** Hunks as lines, with a gap between each and the next. */
function piecesOf({ hunks }: RevisionDiff): (DiffLine | null)[] {
  return hunks.flatMap((hunk, at) => [
    ...(at > 0 ? [null] : []),
    ...hunk.lines.map(({ kind, text }): DiffLine => ({ kind: kind === "context" ? "same" : kind, text })),
  ]);
}

function wordsOf(revision: Revision): string {
  switch (revision.origin) {
    case "saved":
      return "Saved";
    case "edited":
      return "Edited";
    case "restored":
      return revision.restored_from === null ? "Restored" : `Restored from version ${revision.restored_from}`;
  }
}
