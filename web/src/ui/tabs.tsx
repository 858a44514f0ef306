import type { KeyboardEvent, ReactNode } from "react";

interface Tab<Value extends string> {
  value: Value;
  label: string;
  /** Stands after the label. */
  mark?: ReactNode;
}

interface TabsProps<Value extends string> {
  label: string;
  tabs: readonly Tab<Value>[];
  chosen: Value;
  onChoose: (value: Value) => void;
  /** Names the panel that the tabs switch: `panelOf(id)` gives its attributes. */
  id: string;
}

/** Where the row is wider than the screen, the tab that is shown is not left outside. */
function intoView(tab: HTMLButtonElement | null): void {
  if (tab?.ariaSelected === "true") tab.scrollIntoView({ block: "nearest", inline: "center" });
}

/** One of several views of the same place. Arrow keys move between tabs, and Tab leaves them. */
export function Tabs<Value extends string>({ label, tabs, chosen, onChoose, id }: TabsProps<Value>) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = tabs.findIndex((tab) => tab.value === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs.at(to % tabs.length);
    if (!next) return;
    onChoose(next.value);
    event.currentTarget.querySelector<HTMLElement>(`[data-value="${next.value}"]`)?.focus();
  };
  return (
    // Only its tabs take focus, one of them at a time.
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus
    <div role="tablist" aria-label={label} onKeyDown={onKeyDown} className="relative flex gap-1 overflow-x-auto p-1">
      {tabs.map((tab) => (
        <button
          key={tab.value}
          ref={intoView}
          type="button"
          role="tab"
          id={`${id}-${tab.value}`}
          data-value={tab.value}
          aria-selected={tab.value === chosen}
          aria-controls={`${id}-panel`}
          tabIndex={tab.value === chosen ? 0 : -1}
          onClick={() => onChoose(tab.value)}
          className={`inline-flex h-8 shrink-0 items-center gap-1.5 rounded-lg px-3 text-[0.8125rem] font-medium transition-colors ${
            tab.value === chosen ? "bg-accent-soft text-accent" : "text-ink-soft hover:bg-sunken hover:text-ink"
          }`}
        >
          {tab.label}
          {tab.mark}
        </button>
      ))}
    </div>
  );
}

export function panelOf(id: string, chosen: string) {
  return { role: "tabpanel", id: `${id}-panel`, "aria-labelledby": `${id}-${chosen}` } as const;
}
