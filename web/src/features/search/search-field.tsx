import { useEffect, useId, useRef, useState } from "react";
import { Icon } from "@/ui/icon.tsx";
import { filtersIn, without } from "./search-filters.ts";

interface SearchFieldProps {
  typed: string;
  onType: (typed: string) => void;
}

/** Where words, phrases and filters are typed. A slash anywhere on the page comes here. */
export function SearchField({ typed, onType }: SearchFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(typed);

  // The address lags behind whoever types; only what changes it from elsewhere is taken over.
  useEffect(() => {
    if (document.activeElement !== input.current) setText(typed);
  }, [typed]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable=true], dialog");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  const change = (next: string) => {
    setText(next);
    onType(next);
  };
  return (
    <search>
      <div className="relative">
        <Icon name="search" className="pointer-events-none absolute top-1/2 left-3.5 size-[1.125rem] -translate-y-1/2 text-ink-faint" />
        <input
          ref={input}
          type="search"
          value={text}
          maxLength={1000}
          autoComplete="off"
          spellCheck={false}
          aria-label="Search your runbooks"
          aria-describedby={`${id}-hint`}
          aria-keyshortcuts="/"
          placeholder="Search titles, text and code"
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape" && text !== "") {
              event.preventDefault();
              change("");
            }
            if (event.key === "ArrowDown") {
              event.preventDefault();
              document.querySelector<HTMLElement>("[data-hit]")?.focus();
            }
          }}
          className="h-11 w-full rounded-xl border border-line-strong/60 bg-surface pr-12 pl-11 text-[0.9375rem] text-ink transition-colors placeholder:text-ink-faint hover:border-line-strong"
        />
        {text === "" ? (
          <kbd aria-hidden="true" className="absolute top-1/2 right-3.5 -translate-y-1/2 rounded-md border border-line bg-sunken px-1.5 py-0.5 font-mono text-xs text-ink-faint max-sm:hidden">
            /
          </kbd>
        ) : null}
      </div>
      <div className="mt-2 flex min-h-7 flex-wrap items-center gap-1.5">
        {filtersIn(text).map((filter) => (
          <button
            key={filter.text}
            type="button"
            aria-label={`Remove the filter ${filter.text}`}
            onClick={() => change(without(text, filter))}
            className="inline-flex h-7 items-center gap-1 rounded-full bg-accent-soft pr-1.5 pl-2.5 text-xs font-medium text-accent"
          >
            {names[filter.kind]} {filter.value}
            <Icon name="cross" className="size-3" />
          </button>
        ))}
        <p id={`${id}-hint`} className={text === "" ? "sr-only" : "text-xs text-ink-faint"}>
          “Quotes” keep words together. <code className="font-mono">tag:ops</code>, <code className="font-mono">lang:python</code> and{" "}
          <code className="font-mono">in:folder</code> narrow it.
        </p>
      </div>
    </search>
  );
}

const names = { tag: "Tag", lang: "Language", in: "In" } as const;
