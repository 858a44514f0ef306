import type { EventFeed } from "@/features/execution/event-feed.ts";
import type { ExecutionState } from "@/features/execution/execution-state.ts";
import { OutputPanel } from "@/features/execution/output-panel.tsx";
import { useOutputSearch } from "@/features/execution/output-search-field.tsx";

interface JobLogProps {
  feed: EventFeed;
  state: ExecutionState;
  name: string;
  timeoutMs: number | null;
}

/** What the job wrote, over all its attempts, as it writes it. */
export function JobLog({ feed, state, name, timeoutMs }: JobLogProps) {
  const { field, found } = useOutputSearch(state, "Search the log");
  return (
    <section aria-label="Log" className="overflow-hidden rounded-xl border border-line bg-surface shadow-card">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5 py-2 pr-2 pl-4">
        <h2 className="mr-auto text-sm font-medium text-ink">Log</h2>
        {field}
      </div>
      <OutputPanel
        feed={feed}
        state={state}
        name={name}
        timeoutMs={timeoutMs}
        moreTime="Submit it again with a higher timeout."
        found={found}
      />
    </section>
  );
}
