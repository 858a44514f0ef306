import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import type { FunctionInfo, FunctionVersion } from "@/api/schema.ts";
import { useAccount } from "@/features/account/account-queries.ts";
import { languageOf } from "@/features/code/language.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { CodeEditor } from "@/ui/code-editor.tsx";
import { ListFailure } from "@/ui/list-card.tsx";
import { Notice } from "@/ui/notice.tsx";
import { beginBuild } from "./builds.ts";
import { draftOfVersion, forgetDraft, keepDraft, loadDraft, sameDraft, versionOf, type FunctionDraft, type FunctionProblems } from "./function-draft.ts";
import { FunctionFields } from "./function-fields.tsx";
import { useRefreshFunction, versionQuery } from "./function-queries.ts";

/** The current version, as it can be changed into the next one. */
export function CodeView({ name, info }: { name: string; info: FunctionInfo }) {
  // The editor stays while the version that was just saved is on its way.
  const current = useQuery({ ...versionQuery(name, info.version), placeholderData: keepPreviousData });
  if (current.isPending) return <Skeleton className="h-96 w-full rounded-xl" />;
  if (!current.data) return <ListFailure error={current.error ?? new Error("It could not be loaded.")} busy={current.isFetching} onRetry={() => void current.refetch()} />;
  return <VersionEditor name={name} info={info} current={current.data} />;
}

interface VersionEditorProps {
  name: string;
  info: FunctionInfo;
  current: FunctionVersion;
}

function VersionEditor({ name, info, current }: VersionEditorProps) {
  const user = useAccount();
  const stored = draftOfVersion(current);
  const [base, setBase] = useState(current);
  /** What was saved, until it comes back as the current version. */
  const [saved, setSaved] = useState<FunctionDraft | null>(null);
  const [kept] = useState(() => loadDraft(user.id, name));
  const [draft, setDraft] = useState<FunctionDraft>(kept?.draft ?? stored);
  const [restored, setRestored] = useState(kept !== null && !sameDraft(kept.draft, stored));
  const [generation, setGeneration] = useState(0);
  const [problems, setProblems] = useState<FunctionProblems>({});
  const refresh = useRefreshFunction(name);
  const changed = !sameDraft(draft, saved ?? stored);

  if (current.version !== base.version) {
    setBase(current);
    setSaved(null);
    // Another version became the current one under an editor that held nothing new: it shows that one.
    if (sameDraft(draft, draftOfVersion(base))) {
      setDraft(stored);
      setGeneration(generation + 1);
    }
  }

  const change = (fields: Partial<FunctionDraft>) => {
    const next = { ...draft, ...fields };
    setDraft(next);
    setProblems({});
    if (sameDraft(next, stored)) forgetDraft(user.id, name);
    else keepDraft(user.id, name, { draft: next, version: kept?.version ?? current.version });
  };
  const discard = () => {
    forgetDraft(user.id, name);
    setDraft(stored);
    setRestored(false);
    setGeneration(generation + 1);
  };
  const save = useMutation({
    mutationFn: (saving: FunctionDraft) => beginBuild(user.id, name, (signal) => api.saveFunction(name, versionOf(saving).version, signal)),
    onSuccess: (_, saving) => {
      forgetDraft(user.id, name);
      setSaved(saving);
      setRestored(false);
      refresh();
    },
  });
  const submit = () => {
    const found = versionOf(draft).problems;
    setProblems(found);
    if (changed && Object.keys(found).length === 0 && !save.isPending) save.mutate(draft);
  };
  return (
    <>
      {restored ? (
        <Notice
          tone="neutral"
          className="mb-5"
          action={
            <Button size="small" onClick={discard}>
              Discard draft
            </Button>
          }
        >
          {kept && kept.version !== current.version
            ? `This is unsaved work on version ${kept.version}. Version ${current.version} was saved meanwhile.`
            : "This is the unsaved work of your last visit."}
        </Notice>
      ) : null}
      {save.isError ? <Notice className="mb-5">{messageOf(save.error)}</Notice> : null}
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_21rem] lg:items-start">
        <section aria-label="Code" className="min-w-0 overflow-hidden rounded-xl border border-line bg-surface shadow-card focus-within:border-line-strong/60">
          <div className="flex min-h-12 items-center gap-3 border-b border-line py-1.5 pr-2 pl-4">
            <span className="font-mono text-xs font-medium text-ink-soft">{languageOf(info.lang).label}</span>
            <span role="status" className="ml-auto text-[0.8125rem] text-ink-faint">
              {save.isPending ? "Saving" : changed ? "Unsaved changes" : `Version ${current.version}`}
            </span>
            <Button size="small" look="primary" title="Ctrl+Enter" busy={save.isPending} disabled={!changed && !save.isPending} onClick={submit}>
              Save as new version
            </Button>
          </div>
          <CodeEditor
            key={generation}
            initial={draft.code}
            language={info.lang}
            label="Code of the function"
            onChange={(code) => change({ code })}
            onRun={submit}
            className="[--editor-height:min(26rem,55vh)]"
          />
          {problems.code ? <p className="border-t border-line bg-failure-soft px-4 py-2.5 text-[0.8125rem] text-failure">{problems.code}</p> : null}
        </section>
        <FunctionFields language={info.lang} draft={draft} problems={problems} onChange={change} />
      </div>
    </>
  );
}
