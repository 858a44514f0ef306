import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/errors.ts";
import type { FunctionInfo, FunctionVersion } from "@/api/schema.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { PagedList } from "@/ui/paged-list.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { DiffView } from "@/ui/diff-view.tsx";
import { textOfVersion } from "./function-draft.ts";
import { useServeVersion, versionQuery, versionsQuery } from "./function-queries.ts";
import { stateOfVersion } from "./function-status.ts";
import { StateBadge } from "./state-badge.tsx";

/** All versions, the latest first; any that was built can be the one that answers. */
export function VersionsView({ name, info }: { name: string; info: FunctionInfo }) {
  const versions = useInfiniteQuery(versionsQuery(name));
  const [compared, setCompared] = useState<string | null>(null);
  return (
    <PagedList query={versions} loading="Loading the versions" empty={null}>
      {(items) => (
        <ListCard>
          {items.map((version, at) => (
            <VersionRow
              key={version.version}
              name={name}
              version={version}
              before={items[at + 1]?.version ?? null}
              serving={info.serving_version}
              open={compared === version.version}
              onToggle={() => setCompared(compared === version.version ? null : version.version)}
            />
          ))}
        </ListCard>
      )}
    </PagedList>
  );
}

interface VersionRowProps {
  name: string;
  version: FunctionVersion;
  /** The version saved before it. */
  before: string | null;
  /** The version that answers. */
  serving: string | null;
  open: boolean;
  onToggle: () => void;
}

function VersionRow({ name, version, before, serving, open, onToggle }: VersionRowProps) {
  const serve = useServeVersion(name);
  const number = version.version;
  // What answers is what a version is held against; that one itself, against what came before it.
  const other = version.serving ? before : serving;
  const ask = async () => {
    const yes = await confirm({
      title: `Let version ${number} answer?`,
      body: `It answers calls at once, in place of version ${serving ?? "none"}. You can switch back at any time.`,
      action: `Switch to version ${number}`,
      look: "primary",
    });
    if (!yes) return;
    serve.mutate(number, {
      onSuccess: () => toast(`Version ${number} answers now.`),
      onError: (error) => toast(messageOf(error), "failure"),
    });
  };
  return (
    <li aria-label={`Version ${number}`} className="py-3.5 pr-4 pl-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="font-medium text-ink">Version {number}</span>
        <StateBadge {...stateOfVersion(version.status, version.serving)} />
        <span className="text-[0.8125rem] text-ink-faint">
          saved <TimeAgo at={version.created_at} />
        </span>
        <span className="ml-auto flex flex-wrap gap-2">
          {other === null ? null : (
            <Button size="small" aria-expanded={open} onClick={onToggle}>
              {open ? "Hide changes" : `Compare with ${other}`}
            </Button>
          )}
          {version.status.type === "ready" && !version.serving ? (
            <Button size="small" look="soft" busy={serve.isPending} onClick={() => void ask()}>
              Switch to it
            </Button>
          ) : null}
        </span>
      </div>
      {version.description ? <p className="mt-1 text-sm text-ink-soft">{version.description}</p> : null}
      {version.status.type === "error" ? <p className="mt-1 text-sm whitespace-pre-wrap text-failure">{version.status.message}</p> : null}
      {open && other !== null ? <Comparison name={name} version={version} other={other} /> : null}
    </li>
  );
}

/** From the older of the two to the newer. */
function Comparison({ name, version, other }: { name: string; version: FunctionVersion; other: string }) {
  const against = useQuery(versionQuery(name, other));
  if (against.isPending) return <Skeleton className="mt-3 h-24 w-full rounded-lg" />;
  if (!against.data) return <p className="mt-3 text-sm text-failure">{messageOf(against.error)}</p>;
  const [old, fresh] = Number(version.version) < Number(other) ? [version, against.data] : [against.data, version];
  return <DiffView before={textOfVersion(old)} after={textOfVersion(fresh)} label={`From version ${old.version} to version ${fresh.version}`} />;
}
