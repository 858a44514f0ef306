import { useInfiniteQuery } from "@tanstack/react-query";
import type { Head, Invocation } from "@/api/schema.ts";
import { duration, size, verdictOf } from "@/features/execution/outcome.ts";
import { OutcomeBadge } from "@/features/execution/outcome-badge.tsx";
import { Button } from "@/ui/button.tsx";
import { ListCard, ListEmpty } from "@/ui/list-card.tsx";
import { PagedList } from "@/ui/paged-list.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { invocationsQuery } from "./function-queries.ts";

/** The calls of a function, the latest first, each with the beginning of what went in and came out. */
export function HistoryView({ name }: { name: string }) {
  const invocations = useInfiniteQuery(invocationsQuery(name));
  return (
    <PagedList query={invocations} loading="Loading the history" empty={<ListEmpty>Nobody has called it yet.</ListEmpty>}>
      {(items) => (
        <>
          <div className="mb-3 flex justify-end">
            <Button size="small" icon="retry" busy={invocations.isFetching} onClick={() => void invocations.refetch()}>
              Look again
            </Button>
          </div>
          <ListCard>
            {items.map((invocation) => (
              <InvocationRow key={invocation.id} invocation={invocation} />
            ))}
          </ListCard>
        </>
      )}
    </PagedList>
  );
}

function InvocationRow({ invocation }: { invocation: Invocation }) {
  const { outcome, exit_code: exitCode, duration_ms: durationMs } = invocation;
  const verdict = verdictOf({ kind: "outcome", outcome, exitCode, signal: null, durationMs, usage: null }, null);
  return (
    <li>
      <details className="group">
        <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-3 gap-y-1 py-3 pr-4 pl-5 transition-colors hover:bg-sunken focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden">
          <OutcomeBadge verdict={verdict} />
          <code className="min-w-0 flex-1 basis-40 truncate font-mono text-[0.8125rem] text-ink">{invocation.input.text}</code>
          <span className="flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint tabular-nums">
            <span>{duration(durationMs)}</span>
            <span>version {invocation.version}</span>
            {invocation.warm ? <span title="An instance was waiting for it">warm</span> : null}
            <TimeAgo at={invocation.created_at} />
          </span>
        </summary>
        <div className="space-y-3 border-t border-line bg-sunken px-5 py-4">
          <Part label="Input" head={invocation.input} />
          <Part label="Value" head={invocation.value} />
          <Part label="Standard output" head={invocation.stdout} />
          <Part label="Standard error" head={invocation.stderr} />
          <p className="text-[0.8125rem] text-ink-faint tabular-nums">
            {duration(invocation.cpu_ms)} CPU · {size(invocation.peak_memory_bytes)} · <code className="font-mono">{invocation.id}</code>
          </p>
        </div>
      </details>
    </li>
  );
}

/** The beginning of one of its texts, and how much more there was. */
function Part({ label, head }: { label: string; head: Head | null }) {
  if (head === null || head.bytes === 0) return null;
  const kept = new TextEncoder().encode(head.text).length;
  return (
    <div>
      <h3 className="mb-1 text-[0.8125rem] font-medium text-ink-soft">{label}</h3>
      <pre tabIndex={0} role="region" aria-label={label} className="code max-h-60 overflow-auto rounded-lg border border-line bg-surface px-3 py-2 text-xs">
        {head.text}
      </pre>
      {head.bytes > kept ? (
        <p className="mt-1 text-xs text-ink-faint">
          The first {size(kept)} of {size(head.bytes)}.
        </p>
      ) : null}
    </div>
  );
}
