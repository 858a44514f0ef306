import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { WorkspaceFile } from "@/api/schema.ts";
import { messageOf } from "@/api/errors.ts";
import { size } from "@/features/execution/outcome.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Notice } from "@/ui/notice.tsx";
import { join } from "./file-names.ts";
import { directoryQuery } from "./file-queries.ts";

export interface Selection {
  path: string;
  file: WorkspaceFile;
}

interface TreeProps {
  session: string;
  selected: string | null;
  hidden: boolean;
  onSelect: (selection: Selection) => void;
}

/** A directory and those in it that are open. Names that begin with a dot are shown on demand. */
export function Directory({ path, depth, ...tree }: TreeProps & { path: string; depth: number }) {
  const { session, hidden } = tree;
  const listing = useInfiniteQuery(directoryQuery(session, path));
  if (listing.isPending) return <Loading depth={depth} />;
  if (listing.isError && !listing.data) {
    return (
      <Notice
        className="m-2"
        action={
          <Button size="small" icon="retry" onClick={() => void listing.refetch()}>
            Try again
          </Button>
        }
      >
        {messageOf(listing.error)}
      </Notice>
    );
  }
  const all = listing.data.pages.flatMap((page) => page.items);
  const files = hidden ? all : all.filter((it) => !it.name.startsWith("."));
  return (
    <ul>
      {files.map((file) => (
        <Row key={file.name} file={file} path={join(path, file.name)} depth={depth} {...tree} />
      ))}
      {files.length === 0 ? (
        <li className="px-3 py-2 text-[0.8125rem] text-ink-faint" style={{ paddingLeft: indent(depth) }}>
          {depth === 0 ? "No files yet. Drop some here, or let a block write them." : "Nothing in it"}
        </li>
      ) : null}
      {listing.hasNextPage ? (
        <li className="px-3 py-1.5" style={{ paddingLeft: indent(depth) }}>
          <Button size="small" busy={listing.isFetchingNextPage} onClick={() => void listing.fetchNextPage()}>
            Show more of {listing.data.pages[0]?.total.toLocaleString("en")}
          </Button>
        </li>
      ) : null}
    </ul>
  );
}

function Row({ file, path, depth, ...tree }: TreeProps & { file: WorkspaceFile; path: string; depth: number }) {
  const [open, setOpen] = useState(false);
  const directory = file.kind === "directory";
  const chosen = tree.selected === path;
  return (
    <li>
      <button
        type="button"
        aria-expanded={directory ? open : undefined}
        aria-pressed={directory ? undefined : chosen}
        data-path={path}
        onClick={() => {
          tree.onSelect({ path, file });
          if (directory) setOpen(!open);
        }}
        style={{ paddingLeft: indent(depth) }}
        className={`flex w-full items-center gap-2 py-1.5 pr-3 text-left text-[0.8125rem] -outline-offset-2 ${chosen ? "bg-accent-soft text-accent" : "text-ink hover:bg-sunken"}`}
      >
        <Icon name={directory ? "folder" : file.kind === "symlink" ? "link" : "file"} className="size-4 text-ink-faint" />
        <span className="min-w-0 flex-1 truncate">
          {file.name}
          {directory ? "/" : ""}
        </span>
        {file.kind === "file" ? <span className="text-xs text-ink-faint tabular-nums">{size(file.size)}</span> : null}
      </button>
      {directory && open ? <Directory path={path} depth={depth + 1} {...tree} /> : null}
    </li>
  );
}

function Loading({ depth }: { depth: number }) {
  return (
    <div role="status" className="space-y-2.5 py-2 pr-4" style={{ paddingLeft: indent(depth) }}>
      <span className="sr-only">Loading files</span>
      <Skeleton className="h-3.5 w-3/5" />
      <Skeleton className="h-3.5 w-4/5" />
    </div>
  );
}

function indent(depth: number): string {
  return `${0.75 + depth * 1.1}rem`;
}
