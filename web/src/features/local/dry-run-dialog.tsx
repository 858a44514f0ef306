import { useQuery } from "@tanstack/react-query";
import { localApi } from "@/api/local.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { Code } from "@/ui/code.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Notice } from "@/ui/notice.tsx";
import { localKey } from "./local-queries.ts";
import { useLocal } from "./local-context.ts";
import { waitsFor } from "./missing.ts";

/** All scripts with their values in them, in the order of the document. Nothing runs. */
export function DryRunDialog({ onClose }: { onClose: () => void }) {
  const { values } = useLocal();
  const { typed } = values;
  const rendered = useQuery({
    queryKey: [...localKey, "dry-run", typed],
    queryFn: ({ signal }) => localApi.dryRun(typed, signal),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return (
    <Dialog title="Dry run" size="large" onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      <p>Every script as it would run now. Nothing has been run.</p>
      <div className="mt-4 max-h-[60dvh] space-y-4 overflow-y-auto">
        {rendered.isPending ? <Skeleton className="h-32" /> : null}
        {rendered.error ? <Notice>{rendered.error.message}</Notice> : null}
        {rendered.data?.scripts.length === 0 ? <p>This runbook has no scripts.</p> : null}
        {rendered.data?.scripts.map(({ componentId, text, missing, problems }) => (
          <section key={componentId} aria-label={`Script of ${componentId}`} className="overflow-hidden rounded-xl border border-line bg-sunken">
            <div className="flex min-h-9 items-center gap-2 border-b border-line pr-2 pl-4">
              <h3 className="min-w-0 flex-1 truncate font-mono text-[0.8125rem] text-ink">{componentId}</h3>
              {text === null ? null : <CopyButton label={`Copy the script of ${componentId}`} text={() => text} />}
            </div>
            {text === null ? null : <Code text={text} language="bash" label={`Rendered script of ${componentId}`} />}
            {missing.length > 0 ? <p className="px-4 py-2.5 text-[0.8125rem] text-warning">{waitsFor(missing)}</p> : null}
            {problems.map((it) => (
              <p key={it} className="px-4 py-2.5 text-[0.8125rem] break-words text-failure">
                {it}
              </p>
            ))}
          </section>
        ))}
      </div>
    </Dialog>
  );
}
