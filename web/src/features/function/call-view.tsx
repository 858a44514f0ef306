import { useEffect } from "react";
import { useStore } from "zustand";
import type { FunctionInfo } from "@/api/schema.ts";
import { SnippetTabs } from "@/features/code/snippet-tabs.tsx";
import { OutputPanel } from "@/features/execution/output-panel.tsx";
import { useFeed } from "@/features/execution/use-feed.ts";
import { Button } from "@/ui/button.tsx";
import { Code } from "@/ui/code.tsx";
import { CodeEditor } from "@/ui/code-editor.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { inputOf, type Caller, type InputForm } from "./caller.ts";
import { callSnippets } from "./call-snippets.ts";
import { useRefreshFunction } from "./function-queries.ts";

const forms: readonly (readonly [InputForm, string])[] = [
  ["json", "JSON"],
  ["text", "Text"],
];

/** Calls the function: its input on the left, what it returned and printed on the right. */
export function CallView({ caller, info }: { caller: Caller; info: FunctionInfo }) {
  const { input, form, problem, feed } = useStore(caller.store);
  const state = useFeed(feed);
  const live = state !== null && state.phase !== "finished";
  const refresh = useRefreshFunction(caller.name);
  const callable = info.serving_version !== null;
  const call = () => {
    if (!callable) return;
    // Each call is a row of the history, whose secrets and versions may have changed meanwhile.
    void caller.call()?.finished.then(refresh);
  };
  useCallKeys(caller, call);
  const read = inputOf(input, form);
  return (
    <div className="grid gap-5 lg:grid-cols-2 lg:grid-rows-[auto_1fr] lg:items-start">
      <section aria-label="Input" className="min-w-0 overflow-hidden rounded-xl border border-line bg-surface shadow-card focus-within:border-line-strong/60">
        <div className="flex min-h-12 items-center gap-3 border-b border-line py-1.5 pr-2 pl-4">
          <h2 className="text-sm font-medium">Input</h2>
          <div role="radiogroup" aria-label="Form of the input" className="flex gap-3 text-[0.8125rem] text-ink-soft">
            {forms.map(([value, label]) => (
              <label key={value} className="inline-flex items-center gap-1.5">
                <input type="radio" name="form" checked={form === value} onChange={() => caller.change({ form: value })} className="accent-accent" />
                {label}
              </label>
            ))}
          </div>
          <span className="ml-auto">
            {live ? (
              <Button size="small" icon="stop" title="Esc" onClick={() => caller.cancel()}>
                Cancel
              </Button>
            ) : (
              <Button size="small" look="primary" icon="play" title="Ctrl+Enter" disabled={!callable} onClick={call}>
                Call
              </Button>
            )}
          </span>
        </div>
        <CodeEditor
          key={form}
          initial={input}
          language={form === "json" ? "json" : "text"}
          label="Input of the call"
          onChange={(text) => caller.change({ input: text })}
          onRun={call}
          className="[--editor-height:9rem]"
        />
        {problem ? (
          <p role="alert" className="border-t border-line bg-failure-soft px-4 py-2.5 text-[0.8125rem] text-failure">
            {problem}
          </p>
        ) : null}
      </section>
      <section aria-label="Answer" className="min-w-0 overflow-hidden lg:row-span-2 rounded-xl border border-line bg-surface shadow-card">
        <div className="flex min-h-12 items-center gap-3 border-b border-line py-1.5 pr-2 pl-4">
          <h2 className="text-sm font-medium">Value</h2>
          {feed?.headers?.get("x-function-version") ? (
            <span className="text-[0.8125rem] text-ink-faint">of version {feed.headers.get("x-function-version")}</span>
          ) : null}
          {state?.value === undefined ? null : (
            <span className="ml-auto">
              <CopyButton label="Copy the value" text={() => JSON.stringify(state.value, null, 2)} />
            </span>
          )}
        </div>
        {state?.value === undefined ? (
          <p className="px-4 py-6 text-sm text-ink-faint">
            {state === null ? "What the function returns appears here, beside what it prints." : live ? "Not yet." : "It returned nothing."}
          </p>
        ) : (
          <Code text={JSON.stringify(state.value, null, 2)} language="json" label="Value of the call" />
        )}
        {feed && state ? (
          <OutputPanel feed={feed} state={state} name="the call" timeoutMs={null} moreTime="Give the function more time under Limits, in its code." />
        ) : null}
      </section>
      <section aria-labelledby="elsewhere" className="min-w-0">
        <h2 id="elsewhere" className="mb-2 text-sm font-medium">
          Call it from elsewhere
        </h2>
        <SnippetTabs snippets={callSnippets(caller.name, "value" in read ? read.value : null, location.origin)} />
        <p className="mt-2 text-[0.8125rem] text-ink-faint">
          With a token whose scope is <code className="font-mono">function:run</code> in <code className="font-mono">RUNBOOK_TOKEN</code>.
        </p>
      </section>
    </div>
  );
}

/** Ctrl+Enter calls from anywhere in the view, and Escape cancels. */
function useCallKeys(caller: Caller, call: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        call();
      } else if (event.key === "Escape") {
        caller.cancel();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [caller, call]);
}
