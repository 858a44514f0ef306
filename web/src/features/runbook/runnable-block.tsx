import { useRef, type KeyboardEvent, type ReactNode } from "react";
import { sentence } from "@/api/errors.ts";
import type { Block } from "@/api/schema.ts";
import { InputRow } from "@/features/execution/input-row.tsx";
import { OutputPanel } from "@/features/execution/output-panel.tsx";
import { useFeed } from "@/features/execution/use-feed.ts";
import { Button } from "@/ui/button.tsx";
import { Code } from "@/ui/code.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Folded } from "@/ui/folded.tsx";
import { BlockFrame } from "./block-frame.tsx";
import { MissingSecrets } from "./inputs-form.tsx";
import { BlockMenu } from "./block-menu.tsx";
import { nameOf, runtimeLabel } from "./block-words.ts";
import { useRunbookContext, useRunner } from "./runbook-context.ts";

interface RunnableBlockProps {
  block: Block;
  /** In place of the code: where it can be edited, or is. */
  code?: ReactNode;
  isEdited?: boolean;
  /** What else can be done with it. */
  tools?: ReactNode;
  /** Runs it as it is now, where that differs from the block. */
  onRun?: () => void;
}

/** A block that runs, and below it what its latest execution wrote. */
export function RunnableBlock({ block, code, isEdited = false, tools, onRun }: RunnableBlockProps) {
  const { runner: of, missingRuntimes, stale, problems } = useRunbookContext();
  const runner = useRunner(of);
  const feed = runner.feeds.get(block.id) ?? null;
  const state = useFeed(feed);
  const card = useRef<HTMLElement>(null);
  const name = nameOf(block);
  const pending = runner.pending.has(block.id);
  const live = state !== null && state.phase !== "finished";
  const missing = (block.runtime && missingRuntimes.get(block.runtime)) ?? null;
  const notRun = runner.walk?.notRun.has(block.id) === true && !live;
  const waiting = runner.isPlanned(block.id);
  const edited = feed !== null && feed.execution.content_hash !== block.content_hash;
  const shownCode = code ?? <Code text={block.code} language={block.language} label={`Code of ${name}`} />;
  const hidesCode = block.hide === "code" || block.hide === "both";

  const run = onRun ?? (() => void runner.run(block));
  const onKeyDown = (event: KeyboardEvent) => {
    // An editor within has its own way with these keys.
    if (event.defaultPrevented || event.key !== "Enter" || !(event.shiftKey || event.ctrlKey || event.metaKey)) return;
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
          {block.needs.length > 0 ? (
            <span className="hidden min-w-0 truncate text-xs text-ink-faint sm:inline" title={`Runs after ${block.needs.join(", ")}`}>
              after {block.needs.join(", ")}
            </span>
          ) : null}
          {block.background ? <Mark>background</Mark> : null}
          {notRun ? <Mark>not run</Mark> : waiting ? <Mark>waiting</Mark> : null}
        </>
      }
      actions={
        <>
          {tools}
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
          {missing === null ? <BlockMenu block={block} name={name} /> : null}
        </>
      }
    >
      {hidesCode && !isEdited ? <Folded words="Code">{shownCode}</Folded> : shownCode}
      {problems.get(block.id)?.map((it) => (
        <p
          key={`${it.code}:${it.column}`}
          className={`border-t border-line px-4 py-2.5 text-[0.8125rem] ${it.severity === "error" ? "bg-failure-soft text-failure" : "bg-warning-soft text-warning"}`}
        >
          {sentence(it.message)}
        </p>
      ))}
      {missing === null ? null : <p className="border-t border-line bg-warning-soft px-4 py-2.5 text-[0.8125rem] text-warning">{missing}</p>}
      {block.secrets.length > 0 ? <MissingSecrets names={block.secrets} /> : null}
      {feed && state ? (
        <OutputPanel
          feed={feed}
          state={state}
          name={name}
          timeoutMs={block.timeout_ms}
          stale={edited ? "The block was edited after this output was made." : (stale.get(block.id) ?? null)}
          expected={block.expect}
          folded={block.hide === "output" || block.hide === "both"}
        >
          <InputRow feed={feed} state={state} name={name} />
        </OutputPanel>
      ) : null}
    </BlockFrame>
  );
}

/** A quiet word about a block, beside its name. */
function Mark({ children }: { children: string }) {
  return <span className="shrink-0 rounded-full bg-line/70 px-2 py-0.5 text-xs text-ink-soft">{children}</span>;
}

/** Moves on to the Run or Stop button of the following block, if there is one. */
function focusNext(card: HTMLElement | null): void {
  const cards = [...document.querySelectorAll<HTMLElement>("[data-runnable]")];
  const next = card ? cards[cards.indexOf(card) + 1] : undefined;
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
