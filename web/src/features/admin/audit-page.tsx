import { useInfiniteQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Link, useSearchParams } from "react-router";
import { auditExport } from "@/api/client.ts";
import type { AuditEntry } from "@/api/schema.ts";
import { paths } from "@/paths.ts";
import { Button, buttonClass } from "@/ui/button.tsx";
import { Field } from "@/ui/field.tsx";
import { Icon } from "@/ui/icon.tsx";
import { ListCard, ListEmpty } from "@/ui/list-card.tsx";
import { PagedList } from "@/ui/paged-list.tsx";
import { AdminFrame } from "./admin-frame.tsx";
import { auditQuery } from "./admin-queries.ts";

const fields = [
  ["action", "Action", "jobs_*"],
  ["actor", "User", "user_…"],
  ["object", "Object", "job_…"],
] as const;

type AuditFilter = Record<(typeof fields)[number][0], string>;

/** Who did what to which object, from where. */
export function AuditPage() {
  const [search, setSearch] = useSearchParams();
  const filter: AuditFilter = { action: search.get("action") ?? "", actor: search.get("actor") ?? "", object: search.get("object") ?? "" };
  const asked = searchOf(filter);
  const save = (
    <a href={auditExport} download="audit.jsonl" className={buttonClass()}>
      <Icon name="download" />
      Export all
    </a>
  );
  return (
    <AdminFrame title="Audit log" words="Who did what, and from where. The export can be checked with runbook audit verify." action={save}>
      <FilterForm key={asked.toString()} filter={filter} onChange={(changed) => setSearch(searchOf(changed))} />
      <Entries asked={asked} />
    </AdminFrame>
  );
}

function searchOf(filter: AuditFilter): URLSearchParams {
  return new URLSearchParams(fields.map(([name]) => [name, filter[name].trim()]).filter(([, value]) => value !== ""));
}

function FilterForm({ filter, onChange }: { filter: AuditFilter; onChange: (filter: AuditFilter) => void }) {
  const [typed, setTyped] = useState(filter);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(typed);
  };
  return (
    <form role="search" onSubmit={submit} className="mb-5 grid items-end gap-3 sm:grid-cols-[repeat(3,minmax(0,1fr))_auto]">
      {fields.map(([name, label, example]) => (
        <Field
          key={name}
          size="small"
          label={label}
          placeholder={example}
          value={typed[name]}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
        />
      ))}
      <Button type="submit">Filter</Button>
    </form>
  );
}

function Entries({ asked }: { asked: URLSearchParams }) {
  const entries = useInfiniteQuery(auditQuery(asked));
  return (
    <PagedList
      query={entries}
      loading="Loading the audit log"
      empty={<ListEmpty>{asked.size > 0 ? "No entry is as the filter says." : "Nothing has been done yet."}</ListEmpty>}
    >
      {(items) => (
        <ListCard>
          {items.map((entry) => (
            <EntryRow key={entry.seq} entry={entry} />
          ))}
        </ListCard>
      )}
    </PagedList>
  );
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const link = "rounded text-ink-soft underline decoration-line-strong/50 underline-offset-4 hover:text-accent hover:decoration-current";

function EntryRow({ entry }: { entry: AuditEntry }) {
  const refused = entry.status >= 400;
  return (
    <li className="px-5 py-3">
      <p className="flex flex-wrap items-baseline gap-x-2.5 gap-y-1 text-sm">
        <span className="font-medium break-all text-ink">{entry.name || "nobody known"}</span>
        <code className="font-mono text-[0.8125rem] text-ink">{entry.action}</code>
        <span className={`rounded-full px-2 py-0.5 text-xs font-medium tabular-nums ${refused ? "bg-failure-soft text-failure" : "bg-success-soft text-success"}`}>
          {entry.status}
        </span>
        {entry.object ? (
          <Link to={paths.audit(`object=${encodeURIComponent(entry.object)}`)} title="All that was done to it" className={`min-w-0 font-mono text-xs break-all ${link}`}>
            {entry.object}
          </Link>
        ) : null}
      </p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] text-ink-faint">
        <span className="tabular-nums">#{entry.seq}</span>
        <time dateTime={entry.at}>{moment.format(Date.parse(entry.at))}</time>
        <span>from {entry.from}</span>
        {entry.actor ? (
          <>
            <Link to={paths.audit(`actor=${entry.actor}`)} className={link}>
              all they did
            </Link>
            <Link to={paths.jobLimits(entry.actor)} className={link}>
              their limits
            </Link>
          </>
        ) : null}
        {entry.token ? <code className="font-mono text-xs break-all">{entry.token}</code> : null}
      </p>
    </li>
  );
}
