import type { Artifact } from "@/api/schema.ts";
import { ArtifactRow } from "./artifact-row.tsx";

/** The files that a job left. */
export function ArtifactList({ artifacts }: { artifacts: readonly Artifact[] }) {
  return (
    <section aria-labelledby="artifacts" className="rounded-xl border border-line bg-surface shadow-card">
      <h2 id="artifacts" className="px-4 pt-4 pb-2 text-sm font-medium text-ink">
        Artifacts
      </h2>
      <ul className="divide-y divide-line">
        {artifacts.map((artifact) => (
          <ArtifactRow key={artifact.id} artifact={artifact} />
        ))}
      </ul>
    </section>
  );
}
