import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { languageOf } from "@/features/code/language.ts";
import { NetworkField } from "@/features/code/network-field.tsx";
import { offerQuery, packagesHint } from "@/features/code/offer.ts";
import { SecretChoice } from "@/features/secret/secret-choice.tsx";
import { Chips } from "@/ui/chips.tsx";
import { Field } from "@/ui/field.tsx";
import { Fold } from "@/ui/fold.tsx";
import { TextArea } from "@/ui/text-area.tsx";
import { bounds, type JobDraft, type NumberField } from "./job-draft.ts";
import type { JobFormProps } from "./job-payload.tsx";

type Section = "retries" | "limits" | "environment" | "artifacts" | "order" | "network";

const fieldsOf: Record<Section, readonly (keyof JobDraft)[]> = {
  retries: ["retries", "backoff", "idempotent"],
  limits: ["timeout", "memory", "cpu", "output"],
  environment: ["env", "secrets", "dependencies", "args"],
  artifacts: ["artifactsOut", "artifactsIn"],
  order: ["runAt", "priority", "after", "concurrencyKey", "concurrencyLimit", "webhook"],
  network: ["network"],
};

/** How a job runs: all of it may be left to the server. `scheduled` ones have no time of their own. */
export function JobSettings({ draft, problems, onChange, scheduled = false }: JobFormProps & { scheduled?: boolean }) {
  const { data: offer } = useQuery(offerQuery);
  const [opened, setOpened] = useState<Partial<Record<Section, boolean>>>({});
  const number = (field: NumberField, placeholder = "default") => (
    <Field
      size="small"
      inputMode="decimal"
      label={`${bounds[field].label}, ${bounds[field].unit}`}
      placeholder={placeholder}
      value={draft[field]}
      problem={problems[field] ?? null}
      onChange={(event) => onChange({ [field]: event.target.value })}
    />
  );
  const section = (name: Section, title: string, children: ReactNode, usual: string | null = null) => {
    const used = fieldsOf[name].filter((field) => isSet(draft[field])).length;
    const wrong = fieldsOf[name].some((field) => problems[field] !== undefined);
    return (
      <Fold
        title={title}
        note={wrong ? "see below" : used > 0 ? `${used} set` : usual}
        tone={wrong ? "failure" : "neutral"}
        open={wrong || (opened[name] ?? false)}
        onToggle={(open) => setOpened({ ...opened, [name]: open })}
      >
        <div className="space-y-4">{children}</div>
      </Fold>
    );
  };
  return (
    <section aria-label="Settings" className="min-w-0 divide-y divide-line rounded-xl border border-line bg-surface shadow-card">
      <div className="p-4">
        <Field
          size="small"
          label="Name"
          value={draft.name}
          placeholder="Nightly report"
          hint="Jobs can be found by it."
          problem={problems.name ?? null}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </div>
      {section(
        "retries",
        "Retries",
        <>
          <div className="grid gap-x-3 gap-y-4">
            {number("retries", "0")}
            {number("backoff", "1, doubled each time")}
          </div>
          <label className="flex items-start gap-2.5 text-sm text-ink">
            <input
              type="checkbox"
              checked={draft.idempotent}
              onChange={(event) => onChange({ idempotent: event.target.checked })}
              className="mt-0.5 size-4 accent-accent"
            />
            <span>To run it twice does no harm, so start it again if its worker is lost</span>
          </label>
        </>,
        "none",
      )}
      {section(
        "limits",
        "Limits",
        <div className="grid grid-cols-2 gap-x-3 gap-y-4">
          {number("timeout")}
          {number("memory")}
          {number("cpu")}
          {number("output")}
        </div>,
      )}
      {section(
        "environment",
        "Environment",
        <>
          {draft.kind === "code" || draft.kind === "artifact" ? (
            <Chips label="Arguments" values={draft.args} onChange={(args) => onChange({ args })} hint="Enter adds one." />
          ) : null}
          {draft.kind === "code" ? (
            <Chips
              label="Packages"
              values={draft.dependencies}
              onChange={(dependencies) => onChange({ dependencies })}
              placeholder={languageOf(draft.language).packages.example}
              hint={packagesHint(draft.language, offer)}
              problem={problems.dependencies ?? null}
            />
          ) : null}
          <TextArea
            label="Variables"
            value={draft.env}
            placeholder="CITY=Vienna"
            hint="One on each line, NAME=value."
            problem={problems.env ?? null}
            onChange={(event) => onChange({ env: event.target.value })}
          />
          <SecretChoice chosen={draft.secrets} onChange={(secrets) => onChange({ secrets })} />
          {problems.secrets ? <p className="text-[0.8125rem] text-failure">{problems.secrets}</p> : null}
        </>,
      )}
      {section(
        "artifacts",
        "Artifacts",
        <>
          <Chips
            label="Files to keep"
            values={draft.artifactsOut}
            onChange={(artifactsOut) => onChange({ artifactsOut })}
            placeholder="out/**"
            hint="Patterns: *.csv, out/**. Enter adds one."
            problem={problems.artifactsOut ?? null}
          />
          <TextArea
            label="Files to begin with"
            value={draft.artifactsIn}
            placeholder="data.csv=rba1.…"
            hint="One on each line, path=reference."
            problem={problems.artifactsIn ?? null}
            onChange={(event) => onChange({ artifactsIn: event.target.value })}
          />
        </>,
        "none kept",
      )}
      {section(
        "order",
        scheduled ? "Order and news" : "Time, order and news",
        <>
          {scheduled ? null : (
            <Field
              size="small"
              type="datetime-local"
              label="Not before"
              value={draft.runAt}
              hint={`In your time zone, ${new Intl.DateTimeFormat().resolvedOptions().timeZone}.`}
              problem={problems.runAt ?? null}
              onChange={(event) => onChange({ runAt: event.target.value })}
            />
          )}
          {number("priority", "0")}
          {scheduled ? null : (
            <Chips
              label="After these jobs have succeeded"
              values={draft.after}
              onChange={(after) => onChange({ after })}
              placeholder="job_…"
              hint="Enter adds one."
              problem={problems.after ?? null}
            />
          )}
          <Field
            size="small"
            label="Concurrency key"
            value={draft.concurrencyKey}
            placeholder="database"
            hint="Jobs with the same key wait for each other."
            problem={problems.concurrencyKey ?? null}
            onChange={(event) => onChange({ concurrencyKey: event.target.value })}
          />
          {number("concurrencyLimit", "1")}
          <Field
            size="small"
            label="Webhook"
            type="url"
            value={draft.webhook}
            placeholder="https://example.com/done"
            hint="It is told, signed, that the job has ended."
            problem={problems.webhook ?? null}
            onChange={(event) => onChange({ webhook: event.target.value })}
          />
        </>,
        scheduled ? null : "at once",
      )}
      {section("network", "Network", <NetworkField hosts={draft.network} onChange={(network) => onChange({ network })} problem={problems.network ?? null} />, "none")}
    </section>
  );
}

function isSet(value: string | boolean | readonly string[]): boolean {
  return Array.isArray(value) ? value.length > 0 : typeof value === "boolean" ? value : value !== "";
}
