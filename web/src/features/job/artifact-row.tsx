import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { artifactContent } from "@/api/client.ts";
import type { Artifact } from "@/api/schema.ts";
import { size } from "@/features/execution/outcome.ts";
import { buttonClass } from "@/ui/button.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Fold } from "@/ui/fold.tsx";
import { Icon } from "@/ui/icon.tsx";
import { artifactQuery } from "./artifact-queries.ts";
import { previewOf } from "./artifact-preview.ts";
import { ArtifactView } from "./artifact-view.tsx";

interface ArtifactRowProps {
  artifact: Artifact;
  /** What else is told of it, and done with it, where there is room. */
  notes?: ReactNode;
  actions?: ReactNode;
}

/** A kept file: its reference, its bytes, and a look at them. */
export function ArtifactRow({ artifact, notes, actions }: ArtifactRowProps) {
  const [open, setOpen] = useState(false);
  const preview = previewOf(artifact);
  const fresh = useQuery({ ...artifactQuery(artifact.id), initialData: artifact });
  const { reference } = fresh.data;
  return (
    <li>
      <div className="flex flex-wrap items-center gap-x-1 gap-y-1.5 py-2 pr-3 pl-4">
        <Icon name="file" className="size-4 text-ink-faint" />
        <span className="min-w-0 flex-1 basis-40 pl-1.5">
          <span className="block truncate font-mono text-[0.8125rem] text-ink" title={artifact.name}>
            {artifact.name}
          </span>
          <span className="flex flex-wrap gap-x-2 text-xs text-ink-faint">
            <span>
              {size(artifact.size)} · {artifact.media_type}
            </span>
            {notes}
          </span>
        </span>
        <span className={`flex items-center gap-1 ${actions ? "max-sm:basis-full max-sm:pl-4" : ""}`}>
          <CopyButton label={`Copy reference of ${artifact.name}`} text={() => reference} />
          <a
            href={artifactContent(reference)}
            download={artifact.name.split("/").at(-1)}
            aria-label={`Download ${artifact.name}`}
            className={buttonClass("secondary", "small")}
          >
            <Icon name="download" />
          </a>
          {actions}
        </span>
      </div>
      {preview === null ? null : (
        <Fold title={`Look at ${artifact.name}`} note={null} open={open} onToggle={setOpen}>
          <ArtifactView artifact={fresh.data} preview={preview} />
        </Fold>
      )}
    </li>
  );
}
