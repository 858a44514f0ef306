import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, fileArchive, fileContent } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import { size } from "@/features/execution/outcome.ts";
import { Button, IconButton, buttonClass } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { Icon } from "@/ui/icon.tsx";
import { toast } from "@/ui/toasts.tsx";
import { join, nameOf, parentOf } from "./file-names.ts";
import { FilePreview } from "./file-preview.tsx";
import { directoryQuery, useRefreshFiles } from "./file-queries.ts";
import { Directory, type Selection } from "./file-tree.tsx";
import { NameDialog } from "./name-dialog.tsx";
import { newSending, sendFile, type Sending } from "./send-files.ts";

type Asking = "file" | "folder" | "rename";

/** The files of a session, beside its document; on a phone they fill the page. */
export function FilePanel({ session, onClose }: { session: string; onClose: () => void }) {
  const [selection, setSelection] = useState<Selection | null>(null);
  const [hidden, setHidden] = useState(false);
  const [asking, setAsking] = useState<Asking | null>(null);
  const refresh = useRefreshFiles(session);
  const place = useRef<HTMLElement>(null);
  // Who opened it is told where they are.
  useEffect(() => place.current?.focus(), []);
  const directory = directoryOf(selection);
  const { sendings, send, clear } = useSending(session, directory, refresh);
  const { over, ...drop } = useDrop(send);

  return (
    <section
      ref={place}
      tabIndex={-1}
      aria-label="Files of this session"
      {...drop}
      className="fixed inset-y-0 right-0 z-30 flex w-[min(24rem,100vw)] flex-col border-l border-line bg-surface shadow-high outline-none max-sm:w-screen"
    >
      <header className="flex items-center gap-1 border-b border-line py-1.5 pr-2 pl-4">
        <h2 className="mr-auto text-sm font-semibold">Files</h2>
        <UploadButton onFiles={send} />
        <IconButton icon="file" label="New file" onClick={() => setAsking("file")} />
        <IconButton icon="folder" label="New folder" onClick={() => setAsking("folder")} />
        <IconButton icon="retry" label="Look again" onClick={refresh} />
        <IconButton icon="cross" label="Hide files" onClick={onClose} />
      </header>
      <p className="flex items-center gap-2 border-b border-line px-4 py-1.5 text-xs text-ink-faint">
        <span className="min-w-0 flex-1 truncate">New files go into {directory === "" ? "the workspace" : `${directory}/`}</span>
        <label className="flex shrink-0 items-center gap-1.5">
          <input type="checkbox" checked={hidden} onChange={(event) => setHidden(event.target.checked)} />
          Hidden
        </label>
      </p>
      <div className="min-h-0 flex-1 overflow-y-auto py-1">
        <Directory path="" depth={0} session={session} selected={selection?.path ?? null} hidden={hidden} onSelect={setSelection} />
      </div>
      <SendingList sendings={sendings} onClear={clear} />
      {selection ? (
        <Selected session={session} selection={selection} onRename={() => setAsking("rename")} onGone={() => setSelection(null)} onChanged={refresh} />
      ) : null}
      {over ? (
        <div className="pointer-events-none absolute inset-2 flex items-center justify-center rounded-xl border-2 border-dashed border-accent bg-accent-soft/90 text-sm font-medium text-accent">
          Drop to send into {directory === "" ? "the workspace" : `${directory}/`}
        </div>
      ) : null}
      {asking ? (
        <Naming session={session} asking={asking} directory={directory} selection={selection} onClose={() => setAsking(null)} onDone={() => {
          if (asking === "rename") setSelection(null);
          refresh();
        }} />
      ) : null}
    </section>
  );
}

/** Where new files go: the folder that is chosen, or that of the file that is. */
function directoryOf(selection: Selection | null): string {
  if (!selection) return "";
  return selection.file.kind === "directory" ? selection.path : parentOf(selection.path);
}

interface NamingProps {
  session: string;
  asking: Asking;
  directory: string;
  selection: Selection | null;
  onClose: () => void;
  onDone: () => void;
}

function Naming({ session, asking, directory, selection, onClose, onDone }: NamingProps) {
  const queries = useQueryClient();
  const path = selection?.path ?? "";
  const texts = {
    file: { title: "New file", action: "Create file", name: "" },
    folder: { title: "New folder", action: "Create folder", name: "" },
    rename: { title: "Rename", action: "Rename", name: nameOf(path) },
  }[asking];
  const act = async (name: string) => {
    if (asking === "rename") {
      if (name !== nameOf(path)) await api.renameFile(session, path, join(parentOf(path), name));
    } else {
      const known = queries.getQueryData(directoryQuery(session, directory).queryKey);
      if (known?.pages.some((page) => page.items.some((it) => it.name === name))) throw new Error(`There is a ${name} already.`);
      if (asking === "file") await api.writeFile(session, join(directory, name), new Blob([]));
      else await api.makeDirectory(session, join(directory, name));
    }
    onDone();
  };
  return <NameDialog {...texts} onName={act} onClose={onClose} />;
}

interface SelectedProps {
  session: string;
  selection: Selection;
  onRename: () => void;
  onGone: () => void;
  onChanged: () => void;
}

/** What is chosen, what is in it, and what can be done with it. */
function Selected({ session, selection, onRename, onGone, onChanged }: SelectedProps) {
  const { path, file } = selection;
  const directory = file.kind === "directory";
  const remove = async () => {
    const body = directory ? "All that is in it goes with it. This cannot be undone." : "This cannot be undone.";
    if (!(await confirm({ title: `Delete ${file.name}?`, body, action: "Delete" }))) return;
    try {
      await api.removeFile(session, path);
      onGone();
    } catch (error) {
      toast(messageOf(error), "failure");
    }
    onChanged();
  };
  return (
    <div className="flex max-h-[45%] min-h-0 shrink-0 flex-col border-t border-line">
      <div className="flex flex-wrap items-center gap-1.5 px-4 py-2">
        <p className="min-w-0 flex-1 basis-full truncate text-[0.8125rem] font-medium" title={path}>
          {path}
          {file.kind === "file" ? <span className="ml-2 font-normal text-ink-faint">{size(file.size)}</span> : null}
        </p>
        <a className={buttonClass("secondary", "small")} download href={directory ? fileArchive(session, path) : fileContent(session, path)}>
          <Icon name="download" />
          {directory ? "Download as tar" : "Download"}
        </a>
        <Button size="small" icon="edit" onClick={onRename}>
          Rename
        </Button>
        <Button size="small" icon="trash" onClick={() => void remove()}>
          Delete
        </Button>
      </div>
      {directory ? null : (
        <div className="min-h-0 flex-1 overflow-hidden border-t border-line bg-sunken">
          <FilePreview session={session} selection={selection} />
        </div>
      )}
    </div>
  );
}

function UploadButton({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="upload" label="Upload files" onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}

function SendingList({ sendings, onClear }: { sendings: readonly Sending[]; onClear: () => void }) {
  if (sendings.length === 0) return null;
  const underWay = sendings.some((it) => it.state === "waiting" || it.state === "sending");
  return (
    <div role="status" className="max-h-40 shrink-0 overflow-y-auto border-t border-line px-4 py-2">
      <ul className="space-y-1.5">
        {sendings.map((it) => (
          <li key={it.key} className="text-xs">
            <span className="flex gap-2">
              <span className="min-w-0 flex-1 truncate">{it.name}</span>
              <span className={it.state === "failed" ? "text-failure" : "text-ink-faint tabular-nums"}>{wordsOf(it)}</span>
            </span>
            {it.problem ? <span className="block text-failure">{it.problem}</span> : null}
            {it.state === "sending" ? <progress aria-label={`Sending ${it.name}`} className="h-1 w-full accent-accent" max={it.size || 1} value={it.sent} /> : null}
          </li>
        ))}
      </ul>
      {underWay ? null : (
        <Button size="small" className="mt-2" onClick={onClear}>
          Clear
        </Button>
      )}
    </div>
  );
}

function wordsOf({ state, sent, size: all }: Sending): string {
  switch (state) {
    case "waiting":
      return "waiting";
    case "sending":
      return `${Math.floor((100 * sent) / (all || 1))} %`;
    case "done":
      return "sent";
    case "failed":
      return "not sent";
  }
}

/** Sends one after another, whoever is asked to meanwhile. */
function useSending(session: string, directory: string, sent: () => void) {
  const [sendings, setSendings] = useState<readonly Sending[]>([]);
  const queries = useQueryClient();
  const tail = useRef(Promise.resolve());
  const change = (key: string, to: Partial<Sending>) => setSendings((all) => all.map((it) => (it.key === key ? { ...it, ...to } : it)));
  const send = (files: readonly File[]) => {
    const known = queries.getQueryData(directoryQuery(session, directory).queryKey)?.pages.flatMap((page) => page.items) ?? [];
    const taken = files.filter((file) => known.some((it) => it.name === file.name));
    void (async () => {
      if (taken.length > 0) {
        const names = taken.map((it) => it.name).join(", ");
        if (!(await confirm({ title: "Replace files?", body: `There is already: ${names}.`, action: "Replace" }))) return;
      }
      for (const file of files) {
        const sending = newSending(file);
        setSendings((all) => [...all, sending]);
        tail.current = tail.current.then(async () => {
          change(sending.key, { state: "sending" });
          try {
            await sendFile(session, directory, file, (bytes) => change(sending.key, { sent: bytes }));
            change(sending.key, { state: "done", sent: file.size });
          } catch (error) {
            change(sending.key, { state: "failed", problem: messageOf(error) });
          }
          sent();
        });
      }
    })();
  };
  const clear = () => setSendings([]);
  return { sendings, send, clear };
}

function hasFiles(event: React.DragEvent): boolean {
  return event.dataTransfer.types.includes("Files");
}

/** Files that are dragged over the panel and dropped on it. */
function useDrop(onFiles: (files: readonly File[]) => void) {
  const [depth, setDepth] = useState(0);
  return {
    over: depth > 0,
    onDragEnter: (event: React.DragEvent) => {
      if (hasFiles(event)) setDepth((it) => it + 1);
    },
    onDragLeave: (event: React.DragEvent) => {
      if (hasFiles(event)) setDepth((it) => Math.max(0, it - 1));
    },
    onDragOver: (event: React.DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    },
    onDrop: (event: React.DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDepth(0);
      onFiles([...event.dataTransfer.files]);
    },
  };
}
