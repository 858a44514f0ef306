import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { localApi } from "@/api/local.ts";
import type { LocalFile } from "@/api/local-schema.ts";
import { size } from "@/features/execution/outcome.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { IconButton } from "@/ui/button.tsx";
import { Code } from "@/ui/code.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Notice } from "@/ui/notice.tsx";
import { toast } from "@/ui/toasts.tsx";
import { VirtualRows } from "@/ui/virtual-rows.tsx";
import { rowsOf, treeOf, type FileRow } from "./file-rows.ts";
import { fileQuery, filesKey, filesQuery } from "./local-queries.ts";

/** What scripts and templates have generated. */
export function FilesPanel() {
  const queries = useQueryClient();
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage, isFetching, refetch } = useInfiniteQuery(filesQuery);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<string | null>(null);
  const files = useMemo(() => data?.pages.flatMap((page) => page.files) ?? [], [data]);
  const tree = useMemo(() => treeOf(files), [files]);
  const rows = useMemo(() => rowsOf(tree, closed), [tree, closed]);
  const remove = useMutation({
    mutationFn: localApi.deleteFiles,
    onSuccess: ({ deleted }) => {
      setChosen(null);
      toast(deleted === 1 ? "Deleted 1 file." : `Deleted ${deleted.toLocaleString("en")} files.`);
      return queries.invalidateQueries({ queryKey: filesKey });
    },
    onError: (error) => toast(error.message, "failure"),
  });
  const first = data?.pages[0];
  if (!first) return null;
  const file = files.find((it) => it.path === chosen);
  const toggle = (path: string) => setClosed((before) => (before.has(path) ? new Set([...before].filter((it) => it !== path)) : new Set([...before, path])));
  const ask = async () => {
    const body = `All that is in ${first.root} goes. This cannot be undone.`;
    if (await confirm({ title: "Delete the generated files?", body, action: "Delete" })) remove.mutate();
  };
  return (
    <section aria-label="Generated files" className="flex h-full min-h-0 flex-col overflow-hidden rounded-xl border border-line bg-surface shadow-card">
      <div className="flex items-center gap-1 border-b border-line py-1.5 pr-2 pl-4">
        <h2 className="text-sm font-medium text-ink">Generated files</h2>
        <span className="min-w-0 flex-1 truncate pl-2 text-xs text-ink-faint tabular-nums" title={first.root}>
          {first.total.toLocaleString("en")} in {first.root}
        </span>
        <IconButton icon="retry" label="Read the files again" className="size-8!" disabled={isFetching} onClick={() => void refetch()} />
        <IconButton icon="trash" label="Delete the generated files" className="size-8!" onClick={() => void ask()} />
      </div>
      <VirtualRows
        label="Files"
        count={rows.length}
        rowHeight={rowHeight}
        className={file ? "max-h-[40%] min-h-24 shrink-0" : "min-h-0 flex-1"}
        onEnd={() => {
          if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
        }}
        renderRow={(at) => {
          const row = rows[at];
          return row ? <Row row={row} isChosen={row.path === chosen} onSelect={() => (row.size === null ? toggle(row.path) : setChosen(row.path))} /> : null;
        }}
      />
      {first.truncated ? <p className="border-t border-line px-4 py-2 text-xs text-warning">There are more files than are listed.</p> : null}
      {file ? <FileView file={file} onClose={() => setChosen(null)} /> : null}
    </section>
  );
}

/** Pixels. */
const rowHeight = 30;

function Row({ row, isChosen, onSelect }: { row: FileRow; isChosen: boolean; onSelect: () => void }) {
  const isDirectory = row.size === null;
  return (
    <button
      type="button"
      aria-expanded={isDirectory ? row.isOpen : undefined}
      aria-pressed={isDirectory ? undefined : isChosen}
      title={row.path}
      onClick={onSelect}
      style={{ paddingLeft: `${0.75 + row.depth * 1.1}rem` }}
      className={`flex size-full items-center gap-2 pr-3 text-left text-[0.8125rem] -outline-offset-2 ${isChosen ? "bg-accent-soft text-accent" : "text-ink hover:bg-sunken"}`}
    >
      <Icon name={isDirectory ? "folder" : "file"} className="size-4 text-ink-faint" />
      <span className="min-w-0 flex-1 truncate">
        {row.name}
        {isDirectory ? "/" : ""}
      </span>
      {row.size === null ? null : <span className="text-xs text-ink-faint tabular-nums">{size(row.size)}</span>}
    </button>
  );
}

function FileView({ file, onClose }: { file: LocalFile; onClose: () => void }) {
  const { data, error, isPending } = useQuery(fileQuery(file.path, file.size));
  const text = data?.text ?? null;
  return (
    <div className="flex min-h-0 flex-1 flex-col border-t border-line">
      <div className="flex items-center gap-1 py-1.5 pr-2 pl-4">
        <h3 className="min-w-0 flex-1 truncate font-mono text-[0.8125rem] text-ink" title={file.path}>
          {file.path}
        </h3>
        {text === null ? null : <CopyButton label={`Copy ${file.path}`} text={() => text} />}
        <IconButton icon="cross" label={`Close ${file.path}`} className="size-8!" onClick={onClose} />
      </div>
      <div className="min-h-0 flex-1 overflow-auto border-t border-line bg-sunken">
        {isPending ? <Skeleton className="m-3 h-20" /> : null}
        {error ? <Notice className="m-3">{error.message}</Notice> : null}
        {text === null ? null : <Code text={text} language={data?.language ?? null} label={`Content of ${file.path}`} />}
        {data && text === null ? (
          <p className="px-4 py-3 text-[0.8125rem] text-ink-faint">{data.binary ? "This is no text." : "This file is too large to be shown."}</p>
        ) : null}
      </div>
    </div>
  );
}
