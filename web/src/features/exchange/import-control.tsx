import { useQueryClient } from "@tanstack/react-query";
import { useState, type DragEvent, type FormEvent, type ReactNode } from "react";
import { Button, buttonClass } from "@/ui/button.tsx";
import { Dialog } from "@/ui/dialog.tsx";
import { Field } from "@/ui/field.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Imports } from "./imports.ts";

/** One for the page, so that imports go on while other pages are shown. */
let imports: Imports | null = null;

export function useImports(): Imports {
  const queries = useQueryClient();
  imports ??= new Imports(() => void queries.invalidateQueries({ queryKey: ["runbooks"] }));
  return imports;
}

const accepted = ".ipynb,.md,.markdown,.mdx,.qmd,.livemd,.zip";

/** Brings documents from elsewhere: files, or an address. */
export function ImportButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon="upload" onClick={() => setOpen(true)}>
        Import
      </Button>
      {open ? <ImportDialog onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function ImportDialog({ onClose }: { onClose: () => void }) {
  const on = useImports();
  const [url, setUrl] = useState("");
  const [keepOutputs, setKeepOutputs] = useState(true);
  const [problem, setProblem] = useState<string | null>(null);
  const choose = (files: FileList | null) => {
    for (const file of files ?? []) void on.add({ file }, keepOutputs);
    if (files?.length) onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const address = url.trim();
    if (!/^https:\/\/[^/]+\/./.test(address)) {
      setProblem("An address begins with https:// and names a file or a repository.");
      return;
    }
    void on.add({ url: address }, keepOutputs);
    onClose();
  };
  return (
    <Dialog
      title="Import runbooks"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="import-url" look="primary">
            Import address
          </Button>
        </>
      }
    >
      <p>Markdown, MDX, Jupyter, Quarto and Livebook, or a zip of them. Nothing runs until you say so.</p>
      <label
        className={`${buttonClass("soft", "large")} mt-4 w-full cursor-pointer focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent`}
      >
        <Icon name="upload" />
        Choose files
        <input type="file" multiple accept={accepted} className="sr-only" onChange={(event) => choose(event.target.files)} />
      </label>
      <form id="import-url" noValidate onSubmit={submit} className="mt-5 space-y-4">
        <Field
          label="Or an address"
          value={url}
          inputMode="url"
          placeholder="https://github.com/someone/notebooks"
          problem={problem}
          onChange={(event) => setUrl(event.target.value)}
        />
        <label className="flex items-start gap-2.5 text-sm text-ink">
          <input
            type="checkbox"
            checked={keepOutputs}
            onChange={(event) => setKeepOutputs(event.target.checked)}
            className="mt-0.5 size-4 accent-accent"
          />
          Keep the outputs that notebooks hold, as text below their blocks
        </label>
      </form>
    </Dialog>
  );
}

const brings = (event: DragEvent) => event.dataTransfer.types.includes("Files");

/** Takes files that are dropped anywhere on it. */
export function ImportDrop({ children }: { children: ReactNode }) {
  const on = useImports();
  const [over, setOver] = useState(false);
  return (
    <div
      onDragOver={(event) => {
        if (!brings(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        if (!brings(event)) return;
        event.preventDefault();
        setOver(false);
        for (const file of event.dataTransfer.files) void on.add({ file }, true);
      }}
      className={`flex flex-1 flex-col ${over ? "outline-2 -outline-offset-8 outline-accent outline-dashed" : ""}`}
    >
      {children}
    </div>
  );
}
