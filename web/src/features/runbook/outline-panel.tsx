import { memo } from "react";
import { Icon } from "@/ui/icon.tsx";
import { Popover } from "@/ui/popover.tsx";
import { succeeded } from "@/features/execution/execution-state.ts";
import type { Section } from "./cells/outline.ts";
import { useRunbookContext, useRunner } from "./runbook-context.ts";
import type { Runner } from "./runner.ts";

export interface OutlineProps {
  sections: readonly Section[];
  /** The blocks of each section. */
  blocks: readonly (readonly string[])[];
  folded: ReadonlySet<string>;
  onJump: (section: Section) => void;
  onFold: (slug: string) => void;
}

/** The headings beside a document, where the window has room for them. */
export const OutlineRail = memo(function OutlineRail({ outline }: { outline: OutlineProps }) {
  if (outline.sections.length < 2) return null;
  return (
    <nav aria-label="Outline" className="outline-rail">
      <OutlineList {...outline} />
    </nav>
  );
});

/** The same behind a button, for smaller windows. */
export function OutlineButton({ outline }: { outline: OutlineProps }) {
  if (outline.sections.length < 2) return null;
  return (
    <span className="outline-button">
      <Popover icon="outline" label="Outline">
        <div className="max-h-[60vh] overflow-y-auto">
          <OutlineList {...outline} />
        </div>
      </Popover>
    </span>
  );
}

function OutlineList({ sections, blocks, folded, onJump, onFold }: OutlineProps) {
  const { runner: of } = useRunbookContext();
  const runner = useRunner(of);
  const top = Math.min(...sections.map(({ level }) => level));
  return (
    <ul className="text-[0.8125rem]">
      {sections.map((section, at) => {
        return (
          <li key={section.id} className="group/entry flex items-center" style={{ paddingLeft: `${(section.level - top) * 0.75}rem` }}>
            <button
              type="button"
              aria-expanded={!folded.has(section.slug)}
              aria-label={`${folded.has(section.slug) ? "Unfold" : "Fold"} ${section.title} in the outline`}
              disabled={section.to - section.from < 2}
              onClick={() => onFold(section.slug)}
              className="inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-faint hover:text-ink disabled:invisible"
            >
              <Icon name="chevron" className={`size-3 transition-transform ${folded.has(section.slug) ? "" : "rotate-90"}`} />
            </button>
            <button
              type="button"
              onClick={() => onJump(section)}
              className="min-w-0 flex-1 truncate rounded px-1 py-1 text-left text-ink-soft hover:text-ink"
              title={section.title}
            >
              {section.title || "Untitled"}
            </button>
            <Mark how={howOf(runner, blocks[at] ?? [])} />
          </li>
        );
      })}
    </ul>
  );
}

type How = "running" | "failed" | null;

function howOf(runner: Runner, blocks: readonly string[]): How {
  if (blocks.some((id) => runner.isBusy(id))) return "running";
  const states = blocks.map((id) => runner.feeds.get(id)?.state);
  return states.some((state) => state?.ending && !succeeded(state)) ? "failed" : null;
}

function Mark({ how }: { how: How }) {
  if (how === null) return null;
  return (
    <span className={`ml-1 size-2 shrink-0 rounded-full ${how === "running" ? "animate-pulse bg-accent" : "bg-failure"}`}>
      <span className="sr-only">{how}</span>
    </span>
  );
}
