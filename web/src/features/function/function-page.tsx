import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { useStore } from "zustand";
import { hasStatus, messageOf } from "@/api/errors.ts";
import type { FunctionInfo } from "@/api/schema.ts";
import { useAccount } from "@/features/account/account-queries.ts";
import { languageOf } from "@/features/code/language.ts";
import { paths, type FunctionView } from "@/paths.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { IconButton, buttonClass } from "@/ui/button.tsx";
import { confirm } from "@/ui/confirm.tsx";
import { Icon } from "@/ui/icon.tsx";
import { PageFailure } from "@/ui/page-failure.tsx";
import { toast } from "@/ui/toasts.tsx";
import { BuildPanel } from "./build-panel.tsx";
import { builds, buildOf, forgetBuild } from "./builds.ts";
import { CallView } from "./call-view.tsx";
import { Caller } from "./caller.ts";
import { CodeView } from "./code-view.tsx";
import { functionQuery, useDeleteFunction, useRefreshFunction } from "./function-queries.ts";
import { stateOf } from "./function-status.ts";
import { HistoryView } from "./history-view.tsx";
import { StateBadge } from "./state-badge.tsx";
import { VersionsView } from "./versions-view.tsx";

const views: readonly (readonly [FunctionView, string])[] = [
  ["code", "Code"],
  ["call", "Call"],
  ["versions", "Versions"],
  ["history", "History"],
];

export function FunctionPage() {
  const { name = "" } = useParams();
  const info = useQuery(functionQuery(name));
  if (info.isPending) return <PageSkeleton />;
  if (!info.data) return <PageError error={info.error} retry={() => void info.refetch()} />;
  return <LoadedFunction key={name} name={name} info={info.data} />;
}

function LoadedFunction({ name, info }: { name: string; info: FunctionInfo }) {
  const [search] = useSearchParams();
  const view = views.find(([it]) => it === search.get("view"))?.[0] ?? "code";
  const [caller] = useState(() => new Caller(name));
  const user = useAccount();
  const build = useStore(builds, (all) => buildOf(all, user.id, name));
  const refresh = useRefreshFunction(name);
  useEffect(() => () => caller.close(), [caller]);
  useEffect(() => {
    let shown = true;
    // What a build leads to is the server's to say.
    void build?.finished.then(() => {
      if (shown) refresh();
    });
    return () => {
      shown = false;
    };
    // A refresh is the same whenever it is made.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [build]);
  return (
    <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 pt-6 pb-24 sm:px-6 sm:pt-8">
      <title>{`${name} · Runbook`}</title>
      <FunctionHeader name={name} info={info} />
      <nav aria-label="Views of the function" className="mb-5 flex gap-1 overflow-x-auto border-b border-line">
        {views.map(([to, label]) => (
          <Link
            key={to}
            to={paths.function(name, to)}
            replace
            aria-current={to === view ? "page" : undefined}
            className="-mb-px shrink-0 rounded-t-lg border-b-2 border-transparent px-3 py-2 text-sm font-medium text-ink-soft transition-colors hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:text-accent"
          >
            {label}
          </Link>
        ))}
      </nav>
      <BuildPanel info={info} feed={build} />
      {view === "code" ? <CodeView name={name} info={info} /> : null}
      {view === "call" ? <CallView caller={caller} info={info} /> : null}
      {view === "versions" ? <VersionsView name={name} info={info} /> : null}
      {view === "history" ? <HistoryView name={name} /> : null}
    </main>
  );
}

function FunctionHeader({ name, info }: { name: string; info: FunctionInfo }) {
  const navigate = useNavigate();
  const user = useAccount();
  const remove = useDeleteFunction(name);
  const state = stateOf(info);
  const ask = async () => {
    const yes = await confirm({
      title: `Delete ${name}?`,
      body: "Its versions and its history are gone for good, and programs that call it are refused. This cannot be undone.",
      action: "Delete function",
    });
    if (!yes) return;
    remove.mutate(undefined, {
      onSuccess: () => {
        forgetBuild(user.id, name);
        toast(`Deleted ${name}.`);
        void navigate(paths.functions());
      },
      onError: (error) => toast(messageOf(error), "failure"),
    });
  };
  return (
    <div className="mb-4 flex items-start gap-2">
      <Link
        to={paths.functions()}
        aria-label="All functions"
        title="All functions"
        className="-ml-2 inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-ink-faint hover:bg-sunken hover:text-ink"
      >
        <Icon name="back" className="size-[1.125rem]" />
      </Link>
      <div className="min-w-0 flex-1">
        <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 font-mono text-[1.375rem] leading-tight font-semibold tracking-[-0.02em] break-all">{name}</h1>
          <StateBadge {...state} />
        </div>
        <p className="flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
          <span>{languageOf(info.lang).label}</span>
          <span>{info.status.type === "ready" ? state.sentence : `Version ${info.version}`}</span>
        </p>
      </div>
      <IconButton
        icon="trash"
        label={`Delete ${name}`}
        disabled={remove.isPending}
        onClick={() => void ask()}
        className="shrink-0 hover:bg-failure-soft hover:text-failure"
      />
    </div>
  );
}

function PageSkeleton() {
  return (
    <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 pt-8 sm:px-6">
      <div role="status" className="space-y-5">
        <span className="sr-only">Loading the function</span>
        <Skeleton className="h-8 w-60" />
        <Skeleton className="h-4 w-80 max-w-full" />
        <Skeleton className="h-80 w-full rounded-xl" />
      </div>
    </main>
  );
}

function PageError({ error, retry }: { error: Error | null; retry: () => void }) {
  const isMissing = hasStatus(error, 404);
  const list = (
    <Link to={paths.functions()} className={buttonClass("primary")}>
      Go to your functions
    </Link>
  );
  return <PageFailure noun="function" reason={isMissing ? null : messageOf(error)} list={list} onRetry={retry} />;
}
