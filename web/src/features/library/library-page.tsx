import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import { configQuery } from "@/features/account/account-queries.ts";
import { ImportButton, ImportDrop } from "@/features/exchange/import-control.tsx";
import { ImportList } from "@/features/exchange/import-list.tsx";
import { NewRunbookDialog } from "@/features/runbook/new-runbook-dialog.tsx";
import { runbooksQuery } from "@/features/runbook/runbook-queries.ts";
import { SearchField } from "@/features/search/search-field.tsx";
import { SearchResults } from "@/features/search/search-results.tsx";
import { paths } from "@/paths.ts";
import { Button } from "@/ui/button.tsx";
import { FolderDialog } from "./folder-dialog.tsx";
import { wayTo } from "./folder-tree.ts";
import { LibraryList } from "./library-list.tsx";
import { foldersQuery, tagsQuery } from "./library-queries.ts";
import { searchOf, sorts, viewIn, type LibraryView, type Place } from "./library-view.ts";

const places: readonly (readonly [Place, string])[] = [
  ["all", "All"],
  ["recent", "Recent"],
  ["starred", "Starred"],
];

/** Tags that are offered above the list; the others are found by searching. */
const offeredTags = 8;

export function LibraryPage() {
  const config = useQuery(configQuery);
  const local = config.data?.mode === "local";
  const only = useInfiniteQuery({ ...runbooksQuery(new URLSearchParams()), enabled: local });
  const [search, setSearch] = useSearchParams();
  const view = viewIn(search);
  const [making, setMaking] = useState<"runbook" | "folder" | null>(null);
  const show = (changed: Partial<LibraryView>) => setSearch(searchOf({ ...view, ...changed }), { replace: true });

  // A local document is the only one there is: a list of one would be a detour.
  const [document] = only.data?.pages[0]?.items ?? [];
  if (local && document) return <Navigate replace to={paths.runbook(document.id)} />;
  // One with components is on the disk alone.
  if (local && only.isSuccess) return <Navigate replace to={paths.local()} />;
  return (
    <ImportDrop>
      <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
        <title>Runbooks · Runbook</title>
        <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
          <div>
            <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">Your runbooks</h1>
            <p className="mt-1.5 text-[0.9375rem] text-ink-faint">Documents whose code runs where you read it.</p>
          </div>
          <div className="flex flex-wrap gap-2">
            <Button icon="folder" onClick={() => setMaking("folder")}>
              New folder
            </Button>
            <ImportButton />
            <Button look="primary" icon="plus" onClick={() => setMaking("runbook")}>
              New runbook
            </Button>
          </div>
        </div>
        <ImportList />
        <SearchField typed={view.typed} onType={(typed) => show({ typed })} />
        {view.typed.trim() === "" ? (
          <>
            <Places view={view} onSort={(sort) => show({ sort })} />
            <LibraryList key={search.toString()} view={view} onCreate={() => setMaking("runbook")} />
          </>
        ) : (
          <SearchResults typed={view.typed} />
        )}
        {making === "runbook" ? <NewRunbookDialog onClose={() => setMaking(null)} /> : null}
        {making === "folder" ? <FolderDialog folder={null} parent={view.folder} onClose={() => setMaking(null)} /> : null}
      </main>
    </ImportDrop>
  );
}

const chip =
  "inline-flex h-8 items-center rounded-full border border-line bg-surface px-3 text-[0.8125rem] font-medium text-ink-soft transition-colors hover:bg-sunken aria-[current]:border-accent aria-[current]:bg-accent-soft aria-[current]:text-accent";

/** Where in the library one is, and the ways to other parts of it. */
function Places({ view, onSort }: { view: LibraryView; onSort: (sort: LibraryView["sort"]) => void }) {
  const { data: tags = [] } = useQuery(tagsQuery);
  const shown = tags.slice(0, offeredTags).map((tag) => tag.name);
  const offered = view.tag && !shown.includes(view.tag) ? [view.tag, ...shown] : shown;
  return (
    <>
      <div className="mt-5 mb-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
        <nav aria-label="Parts of your library" className="flex flex-wrap gap-1.5">
          {places.map(([place, label]) => (
            <Link
              key={place}
              to={paths.runbooks(searchOf({ place, sort: view.sort }).toString())}
              aria-current={view.place === place ? "page" : undefined}
              className={chip}
            >
              {label}
            </Link>
          ))}
          <Link to={paths.trash()} className={chip}>
            Trash
          </Link>
        </nav>
        {view.place === "recent" ? null : (
          <label className="flex items-center gap-2 text-[0.8125rem] text-ink-faint">
            Sort by
            <select
              value={view.sort}
              onChange={(event) => onSort(sorts.find(([sort]) => sort === event.target.value)?.[0] ?? "updated")}
              className="h-8 rounded-lg border border-line-strong/60 bg-surface px-2 text-[0.8125rem] text-ink hover:border-line-strong"
            >
              {sorts.map(([sort, words]) => (
                <option key={sort} value={sort}>
                  {words}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {offered.length > 0 ? (
        <nav aria-label="Tags of your runbooks" className="mb-4 flex flex-wrap gap-1.5">
          {offered.map((tag) => (
            <Link
              key={tag}
              to={paths.runbooks(searchOf({ ...view, tag: view.tag === tag ? null : tag }).toString())}
              aria-current={view.tag === tag ? "true" : undefined}
              className={`${chip} h-7 px-2.5 text-xs`}
            >
              # {tag}
            </Link>
          ))}
        </nav>
      ) : null}
      <Crumbs folder={view.folder} />
    </>
  );
}

/** The way from the top to the folder that is open. */
function Crumbs({ folder }: { folder: string | null }) {
  const { data: folders = [] } = useQuery(foldersQuery);
  const way = wayTo(folders, folder);
  if (way.length === 0) return null;
  return (
    <nav aria-label="Way to this folder" className="mb-3">
      <ol className="flex flex-wrap items-center gap-x-1.5 text-sm text-ink-faint">
        <li>
          <Link to={paths.runbooks()} className="rounded px-1 hover:text-accent">
            All runbooks
          </Link>
        </li>
        {way.map((it, at) => (
          <li key={it.id} className="flex items-center gap-x-1.5">
            <span aria-hidden="true">/</span>
            {at === way.length - 1 ? (
              <span aria-current="page" className="px-1 font-medium text-ink">
                {it.name}
              </span>
            ) : (
              <Link to={paths.runbooks(searchOf({ folder: it.id }).toString())} className="rounded px-1 hover:text-accent">
                {it.name}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
