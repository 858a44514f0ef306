import type { Block } from "@/api/schema.ts";
import { Button } from "@/ui/button.tsx";
import { useRunbookContext, useRunner } from "./runbook-context.ts";

/** Runs every block in order; while anything runs, stops it. */
export function RunAllControl({ blocks }: { blocks: readonly Block[] }) {
  const { runner: of } = useRunbookContext();
  const runner = useRunner(of);
  const { walk } = runner;
  const walking = walk?.state === "running";
  const busy = runner.isStarting || blocks.some((block) => !block.background && runner.isLive(block.id));
  return (
    <>
      {walk && !walking && !busy ? (
        <span
          data-walk-end
          className={`text-[0.8125rem] whitespace-nowrap tabular-nums ${walk.state === "passed" ? "text-ink-soft" : "text-warning"}`}
        >
          {walk.state === "passed" ? `All ${walk.total} ran` : `Stopped at ${walk.done}/${walk.total}`}
        </span>
      ) : null}
      {walking || busy ? (
        <Button size="small" icon="stop" onClick={() => void runner.stopAll()} aria-label={walking ? `Stop everything, running ${walk.done + 1} of ${walk.total}` : "Stop everything"}>
          Stop
          {walking ? <span className="tabular-nums opacity-80">{`${Math.min(walk.done + 1, walk.total)}/${walk.total}`}</span> : null}
        </Button>
      ) : (
        <Button size="small" look="primary" icon="playAll" onClick={() => void runner.runAll()}>
          Run all
        </Button>
      )}
    </>
  );
}
