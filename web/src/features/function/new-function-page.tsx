import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useNavigate } from "react-router";
import { api } from "@/api/client.ts";
import { hasCode, messageOf } from "@/api/errors.ts";
import type { CodeLanguage } from "@/api/schema.ts";
import { useAccount } from "@/features/account/account-queries.ts";
import { languageOf, languages } from "@/features/code/language.ts";
import { paths } from "@/paths.ts";
import { Button } from "@/ui/button.tsx";
import { CodeEditor } from "@/ui/code-editor.tsx";
import { Field } from "@/ui/field.tsx";
import { Notice } from "@/ui/notice.tsx";
import { panelOf, Tabs } from "@/ui/tabs.tsx";
import { beginBuild } from "./builds.ts";
import { emptyFunction, problemOfName, versionOf, type FunctionDraft, type FunctionProblems } from "./function-draft.ts";
import { FunctionFields } from "./function-fields.tsx";
import { useRefreshFunction } from "./function-queries.ts";

/** The first version of a function. */
export function NewFunctionPage() {
  const id = useId();
  const navigate = useNavigate();
  const user = useAccount();
  const [name, setName] = useState("");
  const [language, setLanguage] = useState<CodeLanguage>("python");
  const [draft, setDraft] = useState<FunctionDraft>(() => emptyFunction("python"));
  const [problems, setProblems] = useState<FunctionProblems>({});
  const refresh = useRefreshFunction(name);
  const create = useMutation({
    mutationFn: () => beginBuild(user.id, name, (signal) => api.createFunction({ name, language, ...versionOf(draft).version }, signal)),
    onSuccess: () => {
      refresh();
      void navigate(paths.function(name));
    },
    onError: (error) => {
      if (hasCode(error, "name_taken")) setProblems({ ...problems, name: messageOf(error) });
    },
  });
  const change = (changed: Partial<FunctionDraft>) => {
    setDraft((before) => ({ ...before, ...changed }));
    setProblems({});
  };
  const choose = (chosen: CodeLanguage) => {
    setLanguage(chosen);
    // Code that was begun is kept; the example of another language is not code of theirs.
    if (draft.code === languageOf(language).greeting) change({ code: languageOf(chosen).greeting });
  };
  const submit = () => {
    const wrong = problemOfName(name);
    const found = { ...versionOf(draft).problems, ...(wrong ? { name: wrong } : {}) };
    setProblems(found);
    if (Object.keys(found).length === 0 && !create.isPending) create.mutate();
  };
  return (
    <main id="content" className="mx-auto w-full max-w-7xl flex-1 px-4 pt-6 pb-24 sm:px-6 sm:pt-8">
      <title>New function · Runbook</title>
      <h1 className="mb-5 text-[1.75rem] leading-tight font-semibold tracking-[-0.028em]">New function</h1>
      {create.isError && !problems.name ? <Notice className="mb-5">{messageOf(create.error)}</Notice> : null}
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_21rem] lg:items-start">
        <div className="min-w-0">
          <Field
            label="Name"
            value={name}
            placeholder="resize-image"
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            hint="Part of its address; it cannot be changed later."
            problem={problems.name ?? null}
            onChange={(event) => {
              setName(event.target.value);
              setProblems({});
            }}
            className="mb-5"
          />
          <section aria-label="Code" className="overflow-hidden rounded-xl border border-line bg-surface shadow-card focus-within:border-line-strong/60">
            <div className="border-b border-line">
              <Tabs id={id} label="Language" chosen={language} onChoose={choose} tabs={languages.map((it) => ({ value: it.value, label: it.label }))} />
            </div>
            <div {...panelOf(id, language)}>
              <CodeEditor
                key={language}
                initial={draft.code}
                language={language}
                label="Code of the function"
                onChange={(code) => change({ code })}
                onRun={submit}
                className="[--editor-height:min(22rem,45vh)]"
              />
            </div>
            {problems.code ? <p className="border-t border-line bg-failure-soft px-4 py-2.5 text-[0.8125rem] text-failure">{problems.code}</p> : null}
          </section>
        </div>
        <div className="min-w-0 space-y-5">
          <FunctionFields language={language} draft={draft} problems={problems} onChange={change} />
          <Button look="primary" size="large" className="w-full" busy={create.isPending} onClick={submit}>
            Create function
          </Button>
        </div>
      </div>
    </main>
  );
}
