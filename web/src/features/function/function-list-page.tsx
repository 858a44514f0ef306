import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { FunctionItem } from "@/api/schema.ts";
import { languageOf } from "@/features/code/language.ts";
import { paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { buttonClass } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { ListCard } from "@/ui/list-card.tsx";
import { PagedList, itemsOf } from "@/ui/paged-list.tsx";
import { TimeAgo } from "@/ui/time.tsx";
import { functionsQuery } from "./function-queries.ts";
import { stateOf } from "./function-status.ts";
import { StateBadge } from "./state-badge.tsx";

export function FunctionListPage() {
  const functions = useInfiniteQuery(functionsQuery);
  const known = itemsOf(functions);
  const create = (
    <Link to={paths.newFunction()} className={buttonClass("primary")}>
      <Icon name="plus" />
      New function
    </Link>
  );
  return (
    <main id="content" className="mx-auto w-full max-w-5xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Functions · Runbook</title>
      <div className="mb-8 flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">Your functions</h1>
          <p className="mt-1.5 text-[0.9375rem] text-ink-faint">Code with a name. It takes JSON, gives JSON back, and any program with a token of yours may call it.</p>
        </div>
        {known.length > 0 ? create : null}
      </div>
      <PagedList
        query={functions}
        loading="Loading your functions"
        failure="Your functions could not be loaded"
        empty={
          <BlankSlate icon="function" title="No functions yet" action={create}>
            Write <code className="font-mono text-[0.875em]">run(input)</code> in one of six languages. Each save is a version, and the last
            good one keeps answering.
          </BlankSlate>
        }
      >
        {(items) => (
          <ListCard>
            {items.map((item) => (
              <FunctionRow key={item.name} item={item} />
            ))}
          </ListCard>
        )}
      </PagedList>
    </main>
  );
}

function FunctionRow({ item: { name, info } }: { item: FunctionItem }) {
  const state = stateOf(info);
  return (
    <li className="relative px-5 py-4 transition-colors hover:bg-sunken">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Link
          to={paths.function(name)}
          className="min-w-0 font-mono text-[0.9375rem] font-medium break-all text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {name}
        </Link>
        <StateBadge {...state} title={state.sentence} />
      </div>
      {info.description ? <p className="mt-1 text-sm text-ink-soft">{info.description}</p> : null}
      <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
        <span>{languageOf(info.lang).label}</span>
        <span>version {info.version}</span>
        <span>
          changed <TimeAgo at={info.updated_at} />
        </span>
      </p>
    </li>
  );
}
