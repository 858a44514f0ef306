import type { Block } from "@/api/schema.ts";
import { Button } from "@/ui/button.tsx";
import { useRunbookContext, useRunner } from "./runbook-context.ts";

/** Runs every block in order; while anything runs, stops it. */
export function RunAllControl({ blocks }: { blocks: readonly Block[] }) {
  const { runner: of } = useRunbookContext();
  const runner = useRunner(of);
  const { walk } = runner;
  const walking = walk?.state === "running";
  return (
    <>
      {walk ? (
        <span className={`text-[0.8125rem] tabular-nums ${walk.state === "stopped" ? "text-warning" : "text-ink-soft"}`}>
          {walk.state === "running" ? `${walk.done + 1}/${walk.total}` : null}
          {walk.state === "passed" ? `All ${walk.total} ran` : null}
          {walk.state === "stopped" ? `Stopped at ${walk.done}/${walk.total}` : null}
        </span>
      ) : null}
      {walking || runner.isRunning ? (
        <Button size="small" icon="stop" onClick={() => void runner.stopAll()} aria-label="Stop everything">
          Stop
        </Button>
      ) : (
        <Button size="small" look="primary" icon="playAll" onClick={() => void runner.runAll(blocks)}>
          Run all
        </Button>
      )}
    </>
  );
}
