import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { messageOf } from "@/api/errors.ts";
import type { Artifact } from "@/api/schema.ts";
import { size } from "@/features/execution/outcome.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { IconButton } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { PagedList, itemsOf } from "@/ui/paged-list.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { ArtifactLinkDialog } from "./artifact-link-dialog.tsx";
import { artifactsQuery, useDeleteArtifact } from "./artifact-queries.ts";
import { ArtifactRow } from "./artifact-row.tsx";
import { myLimitsQuery } from "./job-queries.ts";
import { JobsPlaces } from "./jobs-places.tsx";
import { DropPlace, UploadButton, UploadList, useUploads } from "./upload-list.tsx";

/** The files of a user: what they uploaded, and what their jobs left. */
export function ArtifactListPage() {
  const artifacts = useInfiniteQuery(artifactsQuery);
  const uploads = useUploads();
  const missing = artifacts.isError && itemsOf(artifacts).length === 0;
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Artifacts · Runbook</title>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">Your artifacts</h1>
          <p className="mt-1.5 text-[0.9375rem] text-ink-faint">
            Files that jobs begin with, or left. <Kept />
          </p>
        </div>
        {missing ? null : <UploadButton uploads={uploads} />}
      </div>
      <JobsPlaces />
      <DropPlace uploads={uploads}>
        <UploadList uploads={uploads} />
        <PagedList
          query={artifacts}
          loading="Loading your artifacts"
          empty={
            <BlankSlate icon="file" title="No artifacts yet">
              Drop files here or choose some. A job finds them in its workspace by their references, and what it leaves is kept here too.
            </BlankSlate>
          }
        >
          {(items) => (
            <ListCard>
              {items.map((artifact) => (
                <OwnArtifact key={artifact.id} artifact={artifact} />
              ))}
            </ListCard>
          )}
        </PagedList>
      </DropPlace>
    </main>
  );
}

/** How much is kept, of how much may be. */
function Kept() {
  const { data: standing } = useQuery(myLimitsQuery);
  if (!standing) return null;
  const { limits, usage } = standing;
  return <span>{`${size(usage.artifact_bytes)} ${limits.artifact_bytes == null ? "are" : `of ${size(limits.artifact_bytes)} are`} kept.`}</span>;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

function OwnArtifact({ artifact }: { artifact: Artifact }) {
  const [linking, setLinking] = useState(false);
  const remove = useDeleteArtifact(artifact.id);
  const ask = async () => {
    const yes = await confirm({
      title: `Delete ${artifact.name}?`,
      body: "References to it open nothing from then on, and jobs that wait for it fail. This cannot be undone.",
      action: "Delete artifact",
    });
    if (yes) remove.mutate(undefined, { onSuccess: () => toast(`Deleted ${artifact.name}.`), onError: (error) => toast(messageOf(error), "failure") });
  };
  const notes = (
    <>
      <span>
        {artifact.job ? (
          <Link to={paths.job(artifact.job)} className="rounded underline decoration-line-strong/50 underline-offset-4 hover:text-accent hover:decoration-current">
            left by a job
          </Link>
        ) : (
          "uploaded"
        )}{" "}
        <TimeAgo at={artifact.created_at} />
      </span>
      {artifact.expires_at ? <span>deleted on {day.format(Date.parse(artifact.expires_at))}</span> : null}
    </>
  );
  return (
    <>
      <ArtifactRow
        artifact={artifact}
        notes={notes}
        actions={
          <>
            <IconButton icon="link" label={`Signed link to ${artifact.name}`} onClick={() => setLinking(true)} className="size-8!" />
            <IconButton
              icon="trash"
              label={`Delete ${artifact.name}`}
              disabled={remove.isPending}
              onClick={() => void ask()}
              className="size-8! hover:bg-failure-soft hover:text-failure"
            />
          </>
        }
      />
      {linking ? <ArtifactLinkDialog artifact={artifact} onClose={() => setLinking(false)} /> : null}
    </>
  );
}
