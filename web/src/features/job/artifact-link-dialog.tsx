import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, artifactContent } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import type { Artifact } from "@/api/schema.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Notice } from "@/ui/notice.tsx";
import { Select } from "@/ui/select.tsx";

const lifetimes = [
  ["3600", "an hour"],
  ["86400", "a day"],
  ["604800", "a week"],
  ["2592000", "30 days"],
] as const;

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A signed link to an artifact, for as long as its reader says. */
export function ArtifactLinkDialog({ artifact, onClose }: { artifact: Artifact; onClose: () => void }) {
  const [seconds, setSeconds] = useState("86400");
  const signed = useQuery({
    queryKey: ["artifact-link", artifact.id, seconds],
    queryFn: () => api.signArtifact(artifact.id, Number(seconds)),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <Dialog
      title="Signed link"
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <p>
        It opens <code className="font-mono text-[0.8125rem] break-all text-ink">{artifact.name}</code> for you, wherever you are signed in, and for your tokens. Nobody else gets in with it.
      </p>
      <Select label="Counts for" className="mt-4" options={lifetimes} value={seconds} onChange={(event) => setSeconds(event.target.value)} />
      {signed.isPending ? <Skeleton className="mt-4 h-24 w-full" /> : null}
      {signed.isError ? <Notice className="mt-4">{messageOf(signed.error)}</Notice> : null}
      {signed.data ? (
        <div className="mt-4 space-y-3">
          <Copied label="Link" text={location.origin + artifactContent(signed.data.reference)} />
          <Copied label="Reference, for jobs" text={signed.data.reference} />
          <p className="text-[0.8125rem] text-ink-faint">Until {moment.format(Date.parse(signed.data.reference_expires_at))}, your time.</p>
        </div>
      ) : null}
    </Dialog>
  );
}

function Copied({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <p className="mb-1 text-sm font-medium text-ink">{label}</p>
      <div className="flex items-center gap-2 rounded-lg border border-line bg-sunken py-2 pr-2 pl-3">
        <code aria-label={label} role="group" className="line-clamp-2 min-w-0 flex-1 font-mono text-xs break-all text-ink">
          {text}
        </code>
        <CopyButton label={`Copy ${label.toLowerCase()}`} text={() => text} />
      </div>
    </div>
  );
}
