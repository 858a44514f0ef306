import { size } from "@/features/execution/outcome.ts";
import { Button } from "@/ui/button.tsx";
import { CodeEditor } from "@/ui/code-editor.tsx";
import { bytesIn, type Draft, type DraftFile } from "./draft.ts";
import type { Playground } from "./playground.ts";

interface FileEditorProps {
  playground: Playground;
  draft: Draft;
  /** Which of the draft's files. */
  at: number;
}

/** Languages by how a file's name ends. */
const endings: Record<string, string> = { py: "python", js: "javascript", mjs: "javascript", ts: "typescript", go: "go", rs: "rust", sh: "bash", json: "json" };

/** One file beside the program: its path, and its text where it has one. */
export function FileEditor({ playground, draft, at }: FileEditorProps) {
  const file = draft.files[at];
  if (!file) return null;
  const change = (changed: DraftFile) => playground.change({ files: playground.state.draft.files.map((it, other) => (other === at ? changed : it)) });
  const language = endings[/\.(\w+)$/.exec(file.path)?.[1] ?? ""] ?? "text";
  return (
    <>
      <div className="flex items-center gap-2 border-b border-line bg-sunken py-1.5 pr-2 pl-3">
        <input
          aria-label="Path of the file"
          value={file.path}
          spellCheck={false}
          autoCapitalize="none"
          placeholder="data/input.csv"
          onChange={(event) => change({ ...file, path: event.target.value })}
          className="h-8 min-w-0 flex-1 rounded-md border border-line-strong/60 bg-surface px-2 font-mono text-[0.8125rem] text-ink placeholder:text-ink-faint"
        />
        <Button size="small" icon="back" onClick={() => playground.openFile(null)}>
          Program
        </Button>
      </div>
      {"text" in file ? (
        <CodeEditor
          initial={file.text}
          language={language}
          label={`File ${file.path || "without a path"}`}
          onChange={(text) => change({ path: pathNow(playground, at), text })}
          onRun={() => playground.run()}
          className="[--editor-height:min(24rem,50vh)]"
        />
      ) : (
        <p className="px-4 py-16 text-center text-sm text-ink-faint">This file is no text: {size(bytesIn(file))}. The program reads it as it is.</p>
      )}
    </>
  );
}

/** The path may have been typed since the editor began. */
function pathNow(playground: Playground, at: number): string {
  return playground.state.draft.files[at]?.path ?? "";
}
