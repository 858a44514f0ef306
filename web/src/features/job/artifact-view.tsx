import { useQuery } from "@tanstack/react-query";
import { api, artifactContent } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import type { Artifact } from "@/api/schema.ts";
import { size } from "@/features/execution/outcome.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Code } from "@/ui/code.tsx";
import { Notice } from "@/ui/notice.tsx";
import { laidOut, shownBytes, type Preview } from "./artifact-preview.ts";

/** The content of an artifact, as far as a page can show it. */
export function ArtifactView({ artifact, preview }: { artifact: Artifact; preview: NonNullable<Preview> }) {
  if (preview === "picture") {
    return <img src={artifactContent(artifact.reference)} alt={artifact.name} className="max-h-96 max-w-full rounded-lg border border-line bg-white" />;
  }
  return <TextView artifact={artifact} json={preview === "json"} />;
}

function TextView({ artifact, json }: { artifact: Artifact; json: boolean }) {
  const text = useQuery({
    queryKey: ["artifact-head", artifact.id],
    queryFn: async ({ signal }) => (await api.artifactHead(artifact.reference, shownBytes, signal)).text(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (text.isPending) return <Skeleton className="h-24 w-full" />;
  if (text.isError) return <Notice>{messageOf(text.error)}</Notice>;
  const cut = artifact.size > shownBytes;
  return (
    <div className="max-h-96 overflow-auto rounded-lg border border-line bg-sunken">
      <Code text={json && !cut ? laidOut(text.data) : text.data} language={json ? "json" : ""} label={`Content of ${artifact.name}`} />
      {cut ? <p className="border-t border-line px-4 py-2 text-[0.8125rem] text-ink-faint">The first {size(shownBytes)} of {size(artifact.size)}. The download has all of it.</p> : null}
    </div>
  );
}
