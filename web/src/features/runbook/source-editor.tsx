import { useEffect, useRef, useState } from "react";
import type { Runbook } from "@/api/schema.ts";
import { Button } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { MarkdownEditor, type EditorHandle } from "@/ui/markdown-editor.tsx";
import { Notice } from "@/ui/notice.tsx";
import { DiagnosticList } from "./diagnostic-list.tsx";
import { useEditing, type Editing } from "./use-editing.ts";
import { useLeaveGuard } from "./use-leave-guard.ts";

export function SourceEditor({ runbook, line }: { runbook: Runbook; line: number | null }) {
  const editor = useRef<EditorHandle>(null);
  const editing = useEditing(runbook, (text) => editor.current?.replace(text));
  const [initial] = useState(editing.draft.content);
  useLeaveGuard(editing.dirty);
  useEffect(() => {
    if (line !== null) editor.current?.goTo(line);
  }, [line]);

  const onKeyDown = (event: { key: string; ctrlKey: boolean; metaKey: boolean; preventDefault: () => void }) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    editing.save();
  };
  return (
    <div>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
        <input
          aria-label="Title"
          value={editing.draft.title}
          maxLength={200}
          placeholder="Untitled runbook"
          onKeyDown={onKeyDown}
          onChange={(event) => editing.change({ title: event.target.value })}
          className="-mx-2 min-w-0 flex-1 basis-60 rounded-lg bg-transparent px-2 py-1 text-2xl font-semibold tracking-[-0.024em] placeholder:text-ink-faint"
        />
        <SaveState editing={editing} />
      </div>
      {editing.restored ? (
        <Notice
          tone="neutral"
          className="mb-4"
          action={
            <Button size="small" onClick={editing.discard}>
              Discard draft
            </Button>
          }
        >
          This is the unsaved text from your last visit.
        </Notice>
      ) : null}
      {editing.problem ? <Notice className="mb-4">{editing.problem}</Notice> : null}
      <DiagnosticList runbook={runbook} onJump={(at) => editor.current?.goTo(at)} />
      <MarkdownEditor
        ref={editor}
        initial={initial}
        label="Source of the runbook"
        marks={runbook.diagnostics}
        onChange={(content) => editing.change({ content })}
        onSave={editing.save}
      />
      <p className="mt-3 text-[0.8125rem] text-ink-faint">
        A fence that starts with <code className="font-mono">```runnable python</code> runs;{" "}
        <code className="font-mono">```file python utils.py</code> is written into the sandbox first.
      </p>
      {editing.theirs ? <ConflictDialog editing={editing} /> : null}
    </div>
  );
}

function SaveState({ editing }: { editing: Editing }) {
  return (
    <div className="flex items-center gap-3">
      <span role="status" className="text-[0.8125rem] text-ink-faint">
        {editing.saving ? "Saving" : editing.dirty ? "Unsaved changes" : "All changes saved"}
      </span>
      <Button look="primary" busy={editing.saving} disabled={!editing.dirty && !editing.saving} title="Ctrl+S" onClick={editing.save}>
        Save
      </Button>
    </div>
  );
}

function ConflictDialog({ editing }: { editing: Editing }) {
  return (
    <Dialog
      title="Someone saved a newer version"
      onClose={editing.loadTheirs}
      footer={
        <>
          <Button onClick={editing.loadTheirs}>Load theirs</Button>
          <Button look="primary" onClick={editing.keepMine}>
            Keep mine
          </Button>
        </>
      }
    >
      <p>
        Keep mine saves your text as the newest revision; theirs stays in the history. Load theirs shows their text here, and undo
        brings yours back.
      </p>
    </Dialog>
  );
}
