import { Link } from "react-router";
import { useStore } from "zustand";
import type { Imported } from "@/api/schema.ts";
import { paths } from "@/paths.ts";
import { IconButton } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import { useImports } from "./import-control.tsx";
import type { Importing } from "./imports.ts";

/** What became of each file, until it is put away. */
export function ImportList() {
  const imports = useImports();
  const all = useStore(imports.store, (state) => state.all);
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="imports" className="mb-6 rounded-2xl border border-line bg-surface shadow-card">
      <h2 id="imports" className="px-4 pt-3.5 pb-1 text-sm font-medium text-ink">
        Imports
      </h2>
      <ul className="divide-y divide-line">
        {all.map((it) => (
          <li key={it.key} className="flex items-start gap-3 px-4 py-3">
            <State of={it} />
            <div className="min-w-0 flex-1">
              <p className="truncate font-mono text-[0.8125rem] text-ink">{it.name}</p>
              <Result of={it} />
            </div>
            {it.state === "busy" ? null : (
              <IconButton icon="cross" label={`Take ${it.name} off the list`} onClick={() => imports.dismiss(it.key)} className="size-8!" />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function State({ of }: { of: Importing }) {
  if (of.state === "busy") return <Spinner />;
  const looks = {
    waiting: ["clock", "text-ink-faint"],
    done: ["check", "text-success"],
    failed: ["alert", "text-failure"],
  } as const;
  const [icon, tone] = looks[of.state];
  return <Icon name={icon} className={`mt-0.5 size-4 ${tone}`} />;
}

function Result({ of }: { of: Importing }) {
  if (of.state === "waiting" || of.state === "busy") {
    return (
      <p role="status" className="text-xs text-ink-faint">
        {of.state === "busy" ? "Importing…" : "Waiting for its turn"}
      </p>
    );
  }
  return (
    <div role={of.state === "failed" ? "alert" : "status"} className="text-[0.8125rem]">
      {of.problem ? <p className="text-failure">{of.problem}</p> : null}
      <ul className="space-y-1">
        {of.items.map((item) => (
          <Item key={item.name} item={item} single={of.items.length === 1} />
        ))}
      </ul>
    </div>
  );
}

function Item({ item, single }: { item: Imported; single: boolean }) {
  return (
    <li>
      {single ? null : <span className="font-mono text-xs text-ink-faint">{item.name}: </span>}
      {item.runbook ? (
        <Link to={paths.runbook(item.runbook.id)} className="font-medium text-accent underline-offset-2 hover:underline">
          {item.runbook.title}
        </Link>
      ) : (
        <span className="text-failure">{item.problem}</span>
      )}
      {item.notes.map((note) => (
        <p key={note} className="text-xs text-ink-faint">
          {note}
        </p>
      ))}
    </li>
  );
}
