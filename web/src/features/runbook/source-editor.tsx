import { useEffect, useRef, useState } from "react";
import { messageOf } from "@/api/errors.ts";
import type { Runbook } from "@/api/schema.ts";
import { MarkdownEditor, type EditorHandle } from "@/ui/markdown-editor.tsx";
import { toast } from "@/ui/toasts.tsx";
import type { Editing } from "./cells/editing.ts";
import { differenceOf, wholeMap } from "./cells/line-map.ts";
import { endingOf } from "./cells/source-lines.ts";
import { DiagnosticList } from "./diagnostic-list.tsx";
import { useSaveTitle } from "./runbook-queries.ts";

interface SourceEditorProps {
  runbook: Runbook;
  editing: Editing;
  /** Where the editor opens. */
  line: number | null;
}

/** The whole source of a document in one editor: the same live text as the cells. */
export function SourceEditor({ runbook, editing, line }: SourceEditorProps) {
  const { live } = editing;
  const editor = useRef<EditorHandle>(null);
  const [initial] = useState(() => mapOf(live.text).value);
  const shown = useRef(initial);

  useEffect(() => {
    if (line !== null) editor.current?.goTo(line);
  }, [line]);
  useEffect(
    () =>
      live.onText(() => {
        const { value } = mapOf(live.text);
        const change = differenceOf(shown.current, value);
        shown.current = value;
        if (change) editor.current?.change(change);
      }),
    [live],
  );

  const onChange = (value: string) => {
    const change = differenceOf(shown.current, value);
    shown.current = value;
    if (change) live.edit([mapOf(live.text).edit(change)]);
  };
  const save = () => {
    live.flush().catch((error: unknown) => toast(messageOf(error), "failure"));
  };
  return (
    <div>
      <TitleField runbook={runbook} />
      <DiagnosticList runbook={runbook} onJump={(at) => editor.current?.goTo(at)} />
      <MarkdownEditor ref={editor} initial={initial} label="Source of the runbook" marks={runbook.diagnostics} onChange={onChange} onSave={save} />
      <p className="mt-3 text-[0.8125rem] text-ink-faint">
        A fence that starts with <code className="font-mono">```runnable python</code> runs;{" "}
        <code className="font-mono">```file python utils.py</code> is written into the sandbox first.
      </p>
    </div>
  );
}

function mapOf(text: string) {
  return wholeMap(text, endingOf(text));
}

/** The title is no part of the text: it is saved when the reader leaves it. */
function TitleField({ runbook }: { runbook: Runbook }) {
  const [title, setTitle] = useState(runbook.title);
  const save = useSaveTitle(runbook.id);
  const submit = () => {
    if (title !== runbook.title) save.mutate(title, { onError: (error) => toast(messageOf(error), "failure") });
  };
  return (
    <input
      aria-label="Title"
      value={title}
      maxLength={200}
      placeholder="Untitled runbook"
      onChange={(event) => setTitle(event.target.value)}
      onBlur={submit}
      onKeyDown={(event) => {
        if (event.key === "Enter") submit();
      }}
      className="-mx-2 mb-4 w-full rounded-lg bg-transparent px-2 py-1 text-2xl font-semibold tracking-[-0.024em] placeholder:text-ink-faint"
    />
  );
}
