import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useNavigate } from "react-router";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import { configQuery } from "@/features/account/account-queries.ts";
import { Icon } from "@/ui/icon.tsx";
import { actionsFor, groups, headingsIn, matching, type Item } from "./palette-items.ts";
import { paths } from "@/paths.ts";
import { paletteSize, searchQuery } from "./search-queries.ts";

/** Jumps to a runbook, a heading of this page or a place of the hub, all by typing. */
export function Palette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const [headings] = useState(() => headingsIn(document));
  const config = useQuery(configQuery);
  const isHub = config.data?.mode === "hub";
  const searching = typed.trim() !== "";
  const found = useInfiniteQuery({ ...searchQuery(typed, paletteSize), enabled: isHub && searching });
  const recent = useQuery({
    queryKey: ["runbooks", "palette"],
    queryFn: ({ signal }) => api.runbooks(new URLSearchParams({ sort: "recent" }), null, signal),
    enabled: isHub,
  });
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  const hits = found.data?.pages[0]?.items ?? [];
  const runbooks = searching
    ? hits.map(({ id: hit, title, places }): Item => ({ group: "Runbooks", label: title.text, detail: places[0]?.snippet.text ?? null, to: paths.runbook(hit, "read", places[0]?.line) }))
    : (recent.data?.items ?? []).slice(0, paletteSize).map((it): Item => ({ group: "Runbooks", label: it.title, detail: null, to: paths.runbook(it.id) }));
  const items = [...runbooks, ...matching(headings, typed), ...matching(actionsFor(isHub), typed)];
  const at = Math.min(chosen, items.length - 1);

  const go = (item: Item | undefined) => {
    if (!item) return;
    onClose();
    if (item.to !== null) void navigate(item.to);
    else requestAnimationFrame(() => reveal(item.element));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && items.length > 0) {
      event.preventDefault();
      const next = (at + step + items.length) % items.length;
      setChosen(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    }
    if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      go(items[at]);
    }
  };
  return (
    // Escape closes it, as the platform has it; a click beside the panel is for those with a pointer.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog}
      aria-label="Jump to"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        // What lies around the panel belongs to the dialog itself.
        if (event.target === dialog.current) onClose();
      }}
      className="mx-auto mt-[10vh] w-[min(38rem,calc(100vw-2rem))] rounded-2xl border border-line bg-raised p-0 text-ink shadow-high"
    >
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Icon name="search" className="size-[1.125rem] text-ink-faint" />
        <input
          role="combobox"
          aria-label="Jump to a runbook, a heading or a page"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={items.length > 0 ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          // Whoever opened it wants to type.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          placeholder="Jump to a runbook, a heading or a page"
          value={typed}
          maxLength={1000}
          onChange={(event) => {
            setTyped(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
          className="h-13 min-w-0 flex-1 bg-transparent text-[0.9375rem] text-ink outline-none placeholder:text-ink-faint"
        />
      </div>
      <div role="listbox" id={`${id}-list`} aria-label="Places to go" className="max-h-[min(26rem,60vh)] overflow-y-auto p-2">
        {groups(items).map(([group, members]) => (
          <div key={group} role="group" aria-label={group}>
            <p aria-hidden="true" className="px-3 pt-2 pb-1 text-xs font-medium text-ink-faint">
              {group}
            </p>
            {members.map(({ item, place }) => (
              // The field keeps the focus; keys are handled there.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
              <div
                key={place}
                role="option"
                id={`${id}-${place}`}
                tabIndex={-1}
                aria-selected={place === at}
                onClick={() => go(item)}
                onPointerMove={() => setChosen(place)}
                className="cursor-pointer rounded-lg px-3 py-2 text-sm aria-selected:bg-accent-soft"
              >
                <span className="block truncate text-ink">{item.label}</span>
                {item.detail ? <span className="block truncate font-mono text-xs text-ink-faint">{item.detail}</span> : null}
              </div>
            ))}
          </div>
        ))}
      </div>
      <p role="status" className={items.length === 0 || found.isError ? "px-5 pb-5 text-sm text-ink-faint" : "sr-only"}>
        {found.isError ? messageOf(found.error) : items.length === 0 ? (found.isFetching ? "Searching" : "Nothing is called so.") : `${items.length} places`}
      </p>
    </dialog>
  );
}

function reveal(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "start" });
  if (element && element.tabIndex < 0) element.tabIndex = -1;
  element?.focus({ preventScroll: true });
}
