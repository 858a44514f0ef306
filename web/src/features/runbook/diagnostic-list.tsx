import { Link } from "react-router";
import type { Runbook } from "@/api/schema.ts";
import { paths } from "@/paths.ts";
import { Icon } from "@/ui/icon.tsx";

/** What is wrong in the document, each with a way to its line. */
export function DiagnosticList({ runbook, onJump }: { runbook: Runbook; onJump?: (line: number) => void }) {
  const { diagnostics } = runbook;
  if (diagnostics.length === 0) return null;
  const errors = diagnostics.filter((it) => it.severity === "error").length;
  return (
    <section aria-labelledby="diagnostics" className="mb-8 overflow-hidden rounded-xl border border-line bg-surface">
      <h2 id="diagnostics" className="border-b border-line px-4 py-2.5 text-sm font-medium">
        {errors > 0 ? `${plural(errors, "problem")} in this document` : `${plural(diagnostics.length, "warning")} in this document`}
      </h2>
      <ul className="divide-y divide-line text-sm">
        {diagnostics.map((it) => (
          <li key={`${it.line}:${it.column}:${it.code}`} className="flex items-start gap-3 px-4 py-2.5">
            <Icon name="alert" className={`mt-0.5 size-4 ${it.severity === "error" ? "text-failure" : "text-warning"}`} />
            <span className="min-w-0 flex-1">
              <span className="sr-only">{it.severity}: </span>
              {it.message}
            </span>
            <Jump runbook={runbook} line={it.line} {...(onJump ? { onJump } : {})} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Jump({ runbook, line, onJump }: { runbook: Runbook; line: number; onJump?: (line: number) => void }) {
  const look = "shrink-0 rounded text-[0.8125rem] text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current";
  if (onJump) {
    return (
      <button type="button" className={look} onClick={() => onJump(line)}>
        Line {line}
      </button>
    );
  }
  if (runbook.editable) {
    return (
      <Link className={look} to={paths.runbook(runbook.id, "edit", line)}>
        Line {line}
      </Link>
    );
  }
  return (
    <a className={look} href={`#line-${line}`}>
      Line {line}
    </a>
  );
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
