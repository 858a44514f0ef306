import { useQuery } from "@tanstack/react-query";
import type { Prerequisite } from "@/api/local-schema.ts";
import { Button } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { prerequisitesQuery } from "./local-queries.ts";

/** Which programs the scripts start, and whether this machine has them. */
export function PrerequisitesPanel() {
  const { data, isFetching, refetch } = useQuery(prerequisitesQuery);
  const programs = data?.programs ?? [];
  if (programs.length === 0) return null;
  const missing = programs.filter((it) => it.found === null);
  return (
    <details
      // It opens by itself when something is missing, and closes once nothing is.
      key={missing.length === 0 ? "complete" : "missing"}
      open={missing.length > 0}
      className="mb-7 rounded-xl border border-line bg-surface text-sm shadow-card"
    >
      <summary className="flex cursor-pointer items-center gap-2.5 px-4 py-2.5 select-none">
        <Icon name={missing.length > 0 ? "alert" : "check"} className={`size-[1.125rem] ${missing.length > 0 ? "text-warning" : "text-success"}`} />
        <span className="font-medium text-ink">Prerequisites</span>
        <span role="status" className="min-w-0 flex-1 truncate text-ink-faint">
          {wordsOf(programs, missing)}
        </span>
      </summary>
      <div className="border-t border-line px-4 py-3">
        <ul className="space-y-1.5">
          {programs.map(({ name, found, neededBy }) => (
            <li key={name} className="flex items-baseline gap-2.5">
              <Icon name={found === null ? "cross" : "check"} className={`size-3.5 translate-y-0.5 ${found === null ? "text-failure" : "text-success"}`} />
              <span className="font-mono text-[0.8125rem] text-ink">{name}</span>
              <span className="min-w-0 flex-1 truncate text-xs text-ink-faint" title={found ?? undefined}>
                {found ?? `not on the PATH; needed by ${neededBy.join(", ")}`}
              </span>
            </li>
          ))}
        </ul>
        <Button size="small" icon="retry" className="mt-3" busy={isFetching} onClick={() => void refetch()}>
          Check again
        </Button>
      </div>
    </details>
  );
}

function wordsOf(programs: readonly Prerequisite[], missing: readonly Prerequisite[]): string {
  if (missing.length === 0) return programs.length === 1 ? "1 program, and it is here" : `${programs.length} programs, and all are here`;
  return `${missing.map((it) => it.name).join(", ")} missing`;
}
