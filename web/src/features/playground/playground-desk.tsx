import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import type { CodeRun } from "@/api/schema.ts";
import { languageOf } from "@/features/code/language.ts";
import { runtimesQuery } from "@/features/code/runtimes.ts";
import type { DraftShelf } from "./draft-shelf.ts";
import { Playground } from "./playground.ts";
import { ProgramCard } from "./program-card.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { SharedNotice } from "./shared-notice.tsx";
import { UseElsewhere } from "./use-elsewhere.tsx";

interface PlaygroundDeskProps {
  shelf: DraftShelf;
  /** The program of a link, which is neither kept nor run by itself. */
  shared: CodeRun | null;
  onLeaveShared: () => void;
}

export function PlaygroundDesk({ shelf, shared, onLeaveShared }: PlaygroundDeskProps) {
  const [playground] = useState(() => new Playground(shelf, shared));
  const state = useStore(playground.store);
  const { data: missing } = useQuery(runtimesQuery);
  const lacking = missing?.get(languageOf(state.language).runtime) ?? null;
  useEffect(() => () => playground.close(), [playground]);
  usePlaygroundKeys(playground, lacking === null);

  return (
    <>
      <div className="mb-5 flex flex-wrap items-end justify-between gap-x-4 gap-y-3">
        <div>
          <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em]">Playground</h1>
          <p className="mt-1 text-[0.9375rem] text-ink-faint">A program in a sandbox of its own. Nothing of it is kept but your draft, in this browser.</p>
        </div>
        <UseElsewhere playground={playground} />
      </div>
      {shared ? (
        <SharedNotice
          program={shared}
          onAdopt={() => {
            playground.adopt();
            onLeaveShared();
          }}
          onLeave={onLeaveShared}
        />
      ) : null}
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_21rem] lg:items-start">
        <ProgramCard
          playground={playground}
          state={state}
          lacking={lacking}
          onChoose={(language) => {
            playground.choose(language);
            if (shared) onLeaveShared();
          }}
        />
        <SettingsPanel playground={playground} state={state} />
      </div>
    </>
  );
}

/** Ctrl+Enter runs from anywhere on the page, and Escape cancels. */
function usePlaygroundKeys(playground: Playground, runs: boolean): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        if (runs) playground.run();
      } else if (event.key === "Escape") {
        playground.cancel();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [playground, runs]);
}
