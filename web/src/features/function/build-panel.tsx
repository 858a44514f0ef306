import type { FunctionInfo } from "@/api/schema.ts";
import { sentence } from "@/api/errors.ts";
import type { StreamFeed } from "@/features/execution/stream-feed.ts";
import { useFeed } from "@/features/execution/use-feed.ts";
import { Notice } from "@/ui/notice.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import { stateOf } from "./function-status.ts";

/** Lines of a build that are shown while it goes on. */
const lastLines = 8;

/** What becomes of the newest version, while that is worth telling: it is being built, or could not be. */
export function BuildPanel({ info, feed }: { info: FunctionInfo; feed: StreamFeed | null }) {
  const state = useFeed(feed);
  const { status } = info;
  if (status.type === "ready") return null;
  if (status.type === "building") {
    return (
      <div role="status" className="mb-5 overflow-hidden rounded-xl border border-line bg-surface text-sm shadow-card">
        <p className="flex items-center gap-2.5 px-4 py-3 text-ink-soft">
          <Spinner className="size-4 text-accent" />
          {stateOf(info).sentence}
        </p>
        {state && state.notices.length > 0 ? (
          <pre className="code overflow-x-auto border-t border-line bg-sunken px-4 py-2.5 text-xs whitespace-pre-wrap">{state.notices.slice(-lastLines).join("\n")}</pre>
        ) : null}
      </div>
    );
  }
  return (
    <div className="mb-5">
      <Notice tone={info.serving_version === null ? "failure" : "warning"}>
        <p className="font-medium">{stateOf(info).sentence}</p>
        <p className="mt-1 whitespace-pre-wrap">{sentence(status.message)}</p>
      </Notice>
      {status.logs.trim() === "" ? null : (
        <details open className="mt-2 overflow-hidden rounded-xl border border-line bg-sunken text-[0.8125rem] text-ink-soft">
          <summary className="cursor-pointer px-4 py-2.5 select-none">What its build said</summary>
          <pre tabIndex={0} role="region" aria-label="What its build said" className="code max-h-80 overflow-auto px-4 pb-3 text-xs">
            {status.logs}
          </pre>
        </details>
      )}
    </div>
  );
}
