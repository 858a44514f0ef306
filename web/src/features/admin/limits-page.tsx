import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useSearchParams } from "react-router";
import { messageOf } from "@/api/errors.ts";
import type { Account, AccountPage, JobStanding } from "@/api/schema.ts";
import { duration, size } from "@/features/execution/outcome.ts";
import { Skeleton } from "@/ui/blank-slate.tsx";
import { Button } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { ListFailure } from "@/ui/list-card.tsx";
import { Notice } from "@/ui/notice.tsx";
import { toast } from "@/ui/toasts.tsx";
import { AdminFrame } from "./admin-frame.tsx";
import { limitsQuery, useSetLimits, usersQuery } from "./admin-queries.ts";
import { formOf, isSubject, limitFields, limitsOf, type LimitsProblems } from "./limits-form-state.ts";
import { PolicySection } from "./policy-section.tsx";

/** How much may be asked of the queue, by everybody or by one user or token, and what jobs may be. */
export function LimitsPage() {
  const [search, setSearch] = useSearchParams();
  const subject = search.get("of") ?? "default";
  return (
    <AdminFrame title="Limits" words="How much users and their tokens may ask of the queue, and what jobs may be.">
      <div className="space-y-10">
        <div>
          <SubjectForm subject={subject} onChoose={(of) => setSearch(of === "default" ? {} : { of })} />
          <Limits key={`limits of ${subject}`} subject={subject} />
        </div>
        <PolicySection />
      </div>
    </AdminFrame>
  );
}

function SubjectForm({ subject, onChoose }: { subject: string; onChoose: (subject: string) => void }) {
  const [typed, setTyped] = useState("");
  const found = useQuery(usersQuery(typed));
  const known = isSubject(typed.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const first = found.data?.items[0]?.id;
    if (known) onChoose(typed.trim());
    else if (first && typed.trim() !== "") onChoose(first);
  };
  return (
    <section aria-label="Whose limits" className="mb-5 rounded-xl border border-line bg-surface p-4 shadow-card">
      <form role="search" onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <Field
          size="small"
          type="search"
          label="Find a user"
          value={typed}
          placeholder="Name, address, or the id of a token"
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          className="min-w-0 flex-1 basis-64"
        />
        <Button type="submit" disabled={typed.trim() === ""}>
          Show
        </Button>
        {subject === "default" ? null : <Button onClick={() => onChoose("default")}>Everybody</Button>}
      </form>
      <p className="mt-3 text-[0.8125rem] text-ink-soft" role="status">
        {subject === "default" ? (
          "Shown is what holds for everybody for whom nothing else is set."
        ) : (
          <>
            Shown are the limits of <SubjectName subject={subject} />.
          </>
        )}
      </p>
      {found.isError ? <ListFailure error={found.error} busy={found.isFetching} onRetry={() => void found.refetch()} /> : null}
      {found.data && !known ? <Found users={found.data.items} chosen={subject} onChoose={onChoose} /> : null}
    </section>
  );
}

/** The user by name where they are known, else the id. */
function SubjectName({ subject }: { subject: string }) {
  const name = useQueryClient()
    .getQueriesData<AccountPage>({ queryKey: ["users"] })
    .flatMap(([, page]) => page?.items ?? [])
    .find((it) => it.id === subject)?.username;
  return name ? <b className="font-medium text-ink">{name}</b> : <code className="font-mono text-xs break-all">{subject}</code>;
}

function Found({ users, chosen, onChoose }: { users: readonly Account[]; chosen: string; onChoose: (subject: string) => void }) {
  if (users.length === 0) return <p className="mt-2 text-[0.8125rem] text-ink-faint">Nobody is called that.</p>;
  return (
    <ul aria-label="Users" className="mt-3 divide-y divide-line border-t border-line">
      {users.map(({ id, username, email, administrator, disabled_at: disabled, jobs }) => (
        <li key={id}>
          <button
            type="button"
            aria-pressed={id === chosen}
            onClick={() => onChoose(id)}
            className="flex w-full flex-wrap items-baseline gap-x-3 gap-y-0.5 rounded-lg px-2 py-2 text-left text-sm hover:bg-sunken aria-pressed:bg-accent-soft"
          >
            <span className="font-medium break-all text-ink">{username}</span>
            <span className="min-w-0 truncate text-[0.8125rem] text-ink-faint">{email}</span>
            {administrator ? <span className="text-xs text-accent">administrator</span> : null}
            {disabled ? <span className="text-xs text-warning">disabled</span> : null}
            <span className="ml-auto text-[0.8125rem] text-ink-soft tabular-nums">
              {jobs.usage.queued} jobs, {size(jobs.usage.artifact_bytes)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Limits({ subject }: { subject: string }) {
  const standing = useQuery(limitsQuery(subject));
  if (standing.isPending) {
    return (
      <div role="status">
        <span className="sr-only">Loading the limits</span>
        <Skeleton className="h-64 w-full rounded-xl" />
      </div>
    );
  }
  if (!standing.data) return <ListFailure error={standing.error} busy={standing.isFetching} onRetry={() => void standing.refetch()} />;
  return <LimitsForm subject={subject} standing={standing.data} />;
}

function LimitsForm({ subject, standing }: { subject: string; standing: JobStanding }) {
  const [form, setForm] = useState(() => formOf(standing.own));
  const [problems, setProblems] = useState<LimitsProblems>({});
  const save = useSetLimits(subject);
  const holds = formOf(standing.limits);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { limits, problems: found } = limitsOf(form);
    setProblems(found);
    if (Object.keys(found).length > 0 || save.isPending) return;
    save.mutate(limits, { onSuccess: () => toast("Saved the limits.") });
  };
  return (
    <form noValidate onSubmit={submit} aria-label="Limits" className="rounded-xl border border-line bg-surface p-4 shadow-card">
      <div className="grid gap-x-4 gap-y-4 sm:grid-cols-2">
        {limitFields.map(([field, { label, unit }]) => (
          <Field
            key={field}
            size="small"
            inputMode="decimal"
            label={`${label}, ${unit}`}
            placeholder={holds[field] === "" ? "no limit" : holds[field]}
            value={form[field]}
            problem={problems[field] ?? null}
            onChange={(event) => {
              setForm({ ...form, [field]: event.target.value });
              setProblems({});
            }}
          />
        ))}
      </div>
      {subject === "default" ? null : <Usage standing={standing} />}
      {save.isError ? <Notice className="mt-4">{messageOf(save.error)}</Notice> : null}
      <div className="mt-5 flex flex-wrap items-center justify-between gap-3">
        <p className="text-[0.8125rem] text-ink-faint">An empty field leaves the matter to what holds without it, which it shows in grey.</p>
        <Button type="submit" look="primary" busy={save.isPending}>
          Save limits
        </Button>
      </div>
    </form>
  );
}

function Usage({ standing: { usage } }: { standing: JobStanding }) {
  return (
    <p className="mt-4 text-[0.8125rem] text-ink-soft">
      At the moment {usage.queued} jobs have not ended and {usage.running} of them run; {duration(usage.cpu_ms_today)} of processor time were used today, and{" "}
      {size(usage.artifact_bytes)} of artifacts are kept.
    </p>
  );
}
