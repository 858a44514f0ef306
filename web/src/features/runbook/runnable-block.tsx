import { useRef, type KeyboardEvent } from "react";
import type { Block } from "@/api/schema.ts";
import { OutputPanel } from "@/features/execution/output-panel.tsx";
import { useFeed } from "@/features/execution/use-feed.ts";
import { Button } from "@/ui/button.tsx";
import { Code } from "@/ui/code.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { BlockFrame } from "./block-frame.tsx";
import { nameOf, runtimeLabel } from "./block-words.ts";
import { useRunbookContext, useRunner } from "./runbook-context.ts";

/** A block that runs, and below it what its latest execution wrote. */
export function RunnableBlock({ block }: { block: Block }) {
  const { runner: of, missingRuntimes } = useRunbookContext();
  const runner = useRunner(of);
  const feed = runner.feeds.get(block.id) ?? null;
  const state = useFeed(feed);
  const card = useRef<HTMLElement>(null);
  const name = nameOf(block);
  const pending = runner.pending.has(block.id);
  const live = state !== null && state.phase !== "finished";
  const missing = (block.runtime && missingRuntimes.get(block.runtime)) ?? null;
  const notRun = runner.walk?.notRun.has(block.id) === true && runner.walk.state === "stopped";

  const run = () => void runner.run(block);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (missing === null && !runner.isBusy(block.id)) run();
    if (event.shiftKey) focusNext(card.current);
  };

  return (
    <BlockFrame
      ref={card}
      label={`Block ${name}`}
      line={block.line}
      onKeyDown={onKeyDown}
      runnable
      head={
        <>
          <span className="font-mono text-xs font-medium text-ink-soft">{runtimeLabel(block.runtime)}</span>
          {block.name ? <span className="min-w-0 truncate text-[0.8125rem] text-ink-faint">{block.name}</span> : null}
          {notRun ? <span className="rounded-full bg-line/70 px-2 py-0.5 text-xs text-ink-soft">not run</span> : null}
        </>
      }
      actions={
        <>
          <CopyButton label={`Copy code of ${name}`} text={() => block.code} />
          {live ? (
            <Button
              size="small"
              icon="stop"
              busy={state.phase === "stopping"}
              aria-label={`Stop ${name}`}
              onClick={() => void runner.stop(block.id)}
            >
              {state.phase === "stopping" ? "Stopping" : "Stop"}
            </Button>
          ) : (
            <Button
              size="small"
              look="soft"
              icon="play"
              busy={pending}
              disabled={missing !== null}
              title={missing ?? "Ctrl+Enter runs, Shift+Enter runs and moves on"}
              aria-label={`Run ${name}`}
              onClick={run}
            >
              Run
            </Button>
          )}
        </>
      }
    >
      <Code text={block.code} language={block.language} label={`Code of ${name}`} />
      {missing === null ? null : <p className="border-t border-line bg-warning-soft px-4 py-2.5 text-[0.8125rem] text-warning">{missing}</p>}
      {feed && state ? (
        <OutputPanel
          feed={feed}
          state={state}
          name={name}
          timeoutMs={block.timeout_ms}
          stale={feed.execution.content_hash !== block.content_hash}
        />
      ) : null}
    </BlockFrame>
  );
}

/** Moves on to the Run or Stop button of the following block, if there is one. */
function focusNext(card: HTMLElement | null): void {
  const cards = [...document.querySelectorAll<HTMLElement>("[data-runnable]")];
  const next = card ? cards[cards.indexOf(card) + 1] : undefined;
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
