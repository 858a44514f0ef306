import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Link } from "react-router";
import type { Folder, RunbookItem } from "@/api/schema.ts";
import { runbooksQuery } from "@/features/runbook/runbook-queries.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Button, buttonClass } from "@/ui/button.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { PagedList } from "@/ui/paged-list.tsx";
import { FolderDialog } from "./folder-dialog.tsx";
import { FolderRow } from "./folder-row.tsx";
import { within } from "./folder-tree.ts";
import { foldersQuery } from "./library-queries.ts";
import { filterOf, type LibraryView } from "./library-view.ts";
import { MoveDialog, type Moved } from "./move-dialog.tsx";
import { RunbookRow } from "./runbook-row.tsx";
import { TagsDialog } from "./tags-dialog.tsx";

type Asked = { about: "move"; moved: Moved } | { about: "rename"; folder: Folder } | { about: "tags"; runbook: RunbookItem } | null;

/** The folders and runbooks of one place. */
export function LibraryList({ view, onCreate }: { view: LibraryView; onCreate: () => void }) {
  const folders = useQuery(foldersQuery);
  const known = folders.data ?? [];
  const runbooks = useInfiniteQuery({ ...runbooksQuery(filterOf(view, known.length > 0)), enabled: !folders.isPending });
  const [asked, setAsked] = useState<Asked>(null);
  const shown = view.place === "all" && !view.tag ? within(known, view.folder) : [];
  const close = () => setAsked(null);
  const list = (items: RunbookItem[]) => (
    <ListCard>
      {shown.map((folder) => (
        <FolderRow
          key={folder.id}
          folder={folder}
          folders={within(known, folder.id).length}
          onRename={() => setAsked({ about: "rename", folder })}
          onMove={() => setAsked({ about: "move", moved: { kind: "folder", id: folder.id, name: folder.name, from: folder.parent } })}
        />
      ))}
      {items.map((runbook) => (
        <RunbookRow
          key={runbook.id}
          runbook={runbook}
          onMove={() => setAsked({ about: "move", moved: { kind: "runbook", id: runbook.id, name: runbook.title, from: runbook.folder } })}
          onTag={() => setAsked({ about: "tags", runbook })}
        />
      ))}
    </ListCard>
  );
  return (
    <>
      <PagedList
        query={runbooks}
        loading="Loading your runbooks"
        failure="Your runbooks could not be loaded"
        empty={shown.length > 0 ? list([]) : <Nothing view={view} onCreate={onCreate} />}
      >
        {list}
      </PagedList>
      {asked?.about === "move" ? <MoveDialog moved={asked.moved} onClose={close} /> : null}
      {asked?.about === "rename" ? <FolderDialog folder={asked.folder} parent={null} onClose={close} /> : null}
      {asked?.about === "tags" ? <TagsDialog runbook={asked.runbook} onClose={close} /> : null}
    </>
  );
}

/** Why there is nothing here, and the way on. */
function Nothing({ view, onCreate }: { view: LibraryView; onCreate: () => void }) {
  const all: ReactNode = (
    <Link to={paths.runbooks()} className={buttonClass()}>
      Show all runbooks
    </Link>
  );
  if (view.tag) {
    return (
      <BlankSlate icon="question" title={`Nothing is tagged ${view.tag} here`} action={all}>
        A document brings its tags along at its top; yours are added with “Change tags”.
      </BlankSlate>
    );
  }
  if (view.place === "starred") {
    return (
      <BlankSlate icon="star" title="No stars yet" action={all}>
        Give a star to what you need often, and it is listed here.
      </BlankSlate>
    );
  }
  if (view.place === "recent") {
    return (
      <BlankSlate icon="clock" title="Nothing opened yet" action={all}>
        What you open or run is listed here, the last one first.
      </BlankSlate>
    );
  }
  const create = (
    <Button look="primary" icon="plus" onClick={onCreate}>
      New runbook
    </Button>
  );
  if (view.folder) {
    return (
      <BlankSlate icon="folder" title="This folder is empty" action={all}>
        Move runbooks here from their menu in the list.
      </BlankSlate>
    );
  }
  return (
    <BlankSlate icon="file" title="No runbooks yet" action={create}>
      Start with a few lines of Markdown and a block of Python, Node, Bash or Go. It runs in a sandbox of your own.
    </BlankSlate>
  );
}
