import { useId } from "react";
import type { CodeLanguage } from "@/api/schema.ts";
import { languageOf, languages } from "@/features/code/language.ts";
import { OutputPanel } from "@/features/execution/output-panel.tsx";
import { useFeed } from "@/features/execution/use-feed.ts";
import { Button, IconButton } from "@/ui/button.tsx";
import { CodeEditor } from "@/ui/code-editor.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { panelOf, Tabs } from "@/ui/tabs.tsx";
import { FileEditor } from "./file-editor.tsx";
import { RunStatus } from "./run-status.tsx";
import type { Playground, PlaygroundState } from "./playground.ts";

interface ProgramCardProps {
  playground: Playground;
  state: PlaygroundState;
  /** Why the language cannot run here, if it cannot. */
  lacking: string | null;
  onChoose: (language: CodeLanguage) => void;
}

/** The program, or one of its files, and below it what it wrote. */
export function ProgramCard({ playground, state, lacking, onChoose }: ProgramCardProps) {
  const id = useId();
  const { language, draft, open, problems, generation } = state;
  const { label } = languageOf(language);
  const feed = state.feeds[language] ?? null;
  const execution = useFeed(feed);
  const live = execution !== null && execution.phase !== "finished";
  const file = open === null ? null : draft.files[open];

  const reset = async () => {
    const yes = await confirm({
      title: `Begin ${label} anew?`,
      body: "Your program, its files and its settings are replaced by the first example of the language.",
      action: "Begin anew",
    });
    if (yes) playground.reset();
  };
  return (
    <section aria-label="Program" className="min-w-0 overflow-hidden rounded-xl border border-line bg-surface shadow-card focus-within:border-line-strong/60">
      <div className="flex flex-wrap items-center justify-between gap-x-2 border-b border-line pr-2">
        <div className="min-w-0">
          <Tabs id={id} label="Language" chosen={language} onChoose={onChoose} tabs={languages.map((it) => ({ value: it.value, label: it.label }))} />
        </div>
        <div className="ml-auto flex shrink-0 items-center gap-1 py-1">
          <IconButton icon="retry" label="Begin anew" onClick={() => void reset()} />
          {live ? (
            <Button size="small" icon="stop" title="Esc" onClick={() => playground.cancel()}>
              Cancel
            </Button>
          ) : (
            <Button size="small" look="primary" icon="play" title="Ctrl+Enter" disabled={lacking !== null} onClick={() => playground.run()}>
              Run
            </Button>
          )}
        </div>
      </div>
      <div {...panelOf(id, language)}>
        {lacking === null ? null : <p className="border-b border-line bg-warning-soft px-4 py-2.5 text-[0.8125rem] text-warning">{lacking}</p>}
        {file && open !== null ? (
          <FileEditor key={`${open}-${generation}`} playground={playground} draft={draft} at={open} />
        ) : (
          <CodeEditor
            key={`${language}-${generation}`}
            initial={draft.code}
            language={language}
            label={`${label} program`}
            onChange={(code) => playground.change({ code })}
            onRun={() => lacking === null && playground.run()}
            className="[--editor-height:min(24rem,50vh)]"
          />
        )}
      </div>
      {problems.code ? <p className="border-t border-line bg-failure-soft px-4 py-2.5 text-[0.8125rem] text-failure">{problems.code}</p> : null}
      <RunStatus label={label} state={execution} problems={problems} />
      {feed && execution ? (
        <OutputPanel
          feed={feed}
          state={execution}
          name={`the ${label} program`}
          timeoutMs={null}
          moreTime="Give the program more time under Limits; at most five minutes."
        />
      ) : (
        <p className="border-t border-line bg-sunken px-4 py-3 text-[0.8125rem] text-ink-faint">
          Run it with <kbd className="rounded border border-line bg-surface px-1 font-mono text-xs">Ctrl Enter</kbd> and its output appears here.
        </p>
      )}
    </section>
  );
}
