import { useInfiniteQuery } from "@tanstack/react-query";
import type { KeyboardEvent } from "react";
import { Link } from "react-router";
import type { SearchHit, SearchPlace } from "@/api/schema.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { Notice } from "@/ui/notice.tsx";
import { PagedList } from "@/ui/paged-list.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { MarkedText } from "./marked-text.tsx";
import { searchQuery } from "./search-queries.ts";

/** Runbooks that hold what was typed, each with the places where it stands. */
export function SearchResults({ typed }: { typed: string }) {
  const found = useInfiniteQuery(searchQuery(typed));
  const indexing = found.data?.pages.some((page) => page.indexing) ?? false;
  const results = (hits: SearchHit[]) => (
    <section aria-label="Search results" aria-busy={found.isPlaceholderData} onKeyDown={walk} className={found.isPlaceholderData ? "opacity-60" : ""}>
      <p role="status" className="mb-3 text-[0.8125rem] text-ink-faint">
        {countOf(hits.length, found.hasNextPage)}
      </p>
      {indexing ? (
        <Notice tone="warning" className="mb-4">
          Some of your runbooks are still being read for the first time and may be missing here for a moment.
        </Notice>
      ) : null}
      {hits.length === 0 ? (
        <BlankSlate icon="search" title="Nothing found">
          No runbook of yours holds all of it. Try fewer words, or the beginning of one.
        </BlankSlate>
      ) : (
        <ListCard>
          {hits.map((hit) => (
            <Hit key={hit.id} hit={hit} />
          ))}
        </ListCard>
      )}
    </section>
  );
  return (
    <PagedList query={found} loading="Searching" failure="The search did not work" empty={results([])}>
      {results}
    </PagedList>
  );
}

function Hit({ hit }: { hit: SearchHit }) {
  return (
    <li className="px-5 py-4">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <Link data-hit to={paths.runbook(hit.id)} className="min-w-0 rounded font-medium tracking-[-0.01em] text-ink hover:text-accent">
          <MarkedText text={hit.title} />
        </Link>
        <span className="text-[0.8125rem] text-ink-faint">
          Updated <TimeAgo at={hit.updated_at} />
        </span>
      </div>
      {hit.places.length > 0 ? (
        <ul className="mt-1.5 space-y-0.5">
          {hit.places.map((place) => (
            <li key={place.line}>
              <Place runbook={hit.id} place={place} />
            </li>
          ))}
        </ul>
      ) : null}
      {hit.more > 0 ? (
        <p className="mt-1 text-xs text-ink-faint">
          and {hit.more} more {hit.more === 1 ? "line" : "lines"}
        </p>
      ) : null}
    </li>
  );
}

function Place({ runbook, place }: { runbook: string; place: SearchPlace }) {
  const block = place.block;
  return (
    <Link
      data-hit
      to={paths.runbook(runbook, "read", place.line)}
      className="-mx-2 block rounded-lg px-2 py-1 transition-colors hover:bg-sunken focus-visible:-outline-offset-2"
    >
      <span className={`block truncate text-sm text-ink-soft ${block ? "font-mono text-[0.8125rem]" : ""}`}>
        <MarkedText text={place.snippet} />
      </span>
      <span className="block truncate text-xs text-ink-faint">
        {[place.heading, block ? (block.name ?? `${block.language ?? "code"} block`) : null, `line ${place.line}`].filter((it) => it !== null).join(" › ")}
      </span>
    </Link>
  );
}

/** Arrow keys walk from one place that was found to the next, and up again to the field. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-hit]")];
  const at = all.findIndex((it) => it === document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  const next = all[at + step];
  if (next) next.focus();
  else if (step < 0) document.querySelector<HTMLElement>("search input")?.focus();
}

function countOf(count: number, more: boolean): string {
  if (count === 0) return "No runbooks found";
  return `${count}${more ? " or more" : ""} ${count === 1 && !more ? "runbook" : "runbooks"} found`;
}
