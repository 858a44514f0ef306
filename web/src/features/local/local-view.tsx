import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { sentence } from "@/api/errors.ts";
import type { LocalRunbook } from "@/api/local-schema.ts";
import { Notice } from "@/ui/notice.tsx";
import { Tabs } from "@/ui/tabs.tsx";
import { componentsOf } from "./components.ts";
import { DriftBanner } from "./drift-banner.tsx";
import { FilesPanel } from "./files-panel.tsx";
import { LocalContext, type LocalDesk } from "./local-context.ts";
import { LocalHeader } from "./local-header.tsx";
import { directoriesKey, filesKey, filesQuery, localRunbookQuery } from "./local-queries.ts";
import { LocalRuns } from "./local-runs.ts";
import { LocalValues } from "./local-values.ts";
import { PrerequisitesPanel } from "./prerequisites-panel.tsx";
import { SegmentList } from "./segment-list.tsx";
import { SignatureNote } from "./signature-note.tsx";
import { TrustDialog } from "./trust-dialog.tsx";
import { useChanges } from "./use-changes.ts";

type Side = "document" | "files";

/** The document on the left, and on the right what it has generated, once there is something. */
export function LocalView({ runbook }: { runbook: LocalRunbook }) {
  const desk = useDesk(runbook);
  useChanges();
  const files = useInfiniteQuery(filesQuery);
  const total = files.data?.pages[0]?.total ?? 0;
  const [side, setSide] = useState<Side>("document");
  const hasFiles = total > 0;
  const shown = hasFiles ? side : "document";
  return (
    <LocalContext value={desk.desk}>
      <LocalHeader runbook={runbook} />
      {hasFiles ? (
        <div className="border-b border-line bg-paper lg:hidden">
          <Tabs
            id="local-side"
            label="Views"
            chosen={shown}
            onChoose={setSide}
            tabs={[
              { value: "document", label: "Document" },
              { value: "files", label: `Files (${total.toLocaleString("en")})` },
            ]}
          />
        </div>
      ) : null}
      <div className={`mx-auto w-full flex-1 ${hasFiles ? "max-w-[100rem] lg:grid lg:grid-cols-[minmax(0,1fr)_minmax(20rem,34rem)]" : "max-w-[54rem]"}`}>
        <main id="content" className={`mx-auto w-full max-w-[54rem] min-w-0 px-4 pt-8 pb-32 sm:px-6 ${shown === "files" ? "max-lg:hidden" : ""}`}>
          <SignatureNote runbook={runbook} />
          <DriftBanner runbook={runbook} />
          {runbook.problems.map((it) => (
            <Notice key={`${it.code}:${it.line}:${it.column}`} tone={it.severity === "error" ? "failure" : "warning"} className="mb-4">
              {sentence(it.message)} Line {it.line}.
            </Notice>
          ))}
          <PrerequisitesPanel />
          <SegmentList segments={runbook.segments} />
        </main>
        {hasFiles ? (
          <div className={`p-4 lg:sticky lg:top-[4.5rem] lg:h-[calc(100dvh-4.5rem)] ${shown === "files" ? "h-[calc(100dvh-9rem)]" : "max-lg:hidden"}`}>
            <FilesPanel />
          </div>
        ) : null}
      </div>
      {desk.asked ? <TrustDialog runbook={runbook} onClose={desk.forget} onTrusted={desk.trusted} /> : null}
    </LocalContext>
  );
}

/** What the parts of the page share. It outlives each version of the document. */
function useDesk(runbook: LocalRunbook) {
  const queries = useQueryClient();
  const [values] = useState(() => new LocalValues(runbook.path, storage()));
  const [runs] = useState(
    () =>
      new LocalRuns({
        ended: () => {
          for (const queryKey of [filesKey, directoriesKey]) void queries.invalidateQueries({ queryKey });
        },
        drifted: () => void queries.invalidateQueries({ queryKey: localRunbookQuery.queryKey }),
        refused: (problems) => {
          values.refuse(problems);
          showProblem();
        },
      }),
  );
  const [asked, setAsked] = useState<(() => void) | null>(null);
  useEffect(() => values.adopt(runbook), [values, runbook]);
  useEffect(() => runs.adopt(runbook), [runs, runbook]);
  useEffect(
    () => () => {
      values.close();
      runs.close();
    },
    [values, runs],
  );
  const desk = useMemo((): LocalDesk => {
    const whenTrusted = (act: () => void) => (runbook.trusted ? act() : setAsked(() => act));
    return { runbook, components: componentsOf(runbook.segments), values, runs, whenTrusted };
  }, [runbook, values, runs]);
  const forget = () => setAsked(null);
  const trusted = () => {
    setAsked(null);
    asked?.();
  };
  return { desk, asked, forget, trusted };
}

/** Brings the first field into view that the server did not take. */
function showProblem(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-input] [aria-invalid=true]")?.focus());
}

function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
