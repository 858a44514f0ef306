import { useId, useRef, type KeyboardEvent, type ToggleEvent } from "react";
import { putBeside } from "./beside.ts";
import { Icon, type IconName } from "./icon.tsx";

export interface MenuItem {
  label: string;
  icon: IconName;
  /** The keys that do the same. */
  keys?: string;
  disabled?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  icon: IconName;
  label: string;
  items: readonly MenuItem[];
  className?: string;
}

/** A list of actions beside its button: arrows walk through it, Escape or a click elsewhere closes it. */
export function Menu({ icon, label, items, className = "" }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  const place = (event: ToggleEvent) => {
    if (event.newState !== "open" || !list.current || !button.current) return;
    putBeside(list.current, button.current, "right");
    entries()[0]?.focus();
  };
  const entries = () => [...(list.current?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? [])];
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const all = entries();
    const at = all.findIndex((it) => it === document.activeElement);
    all[(at + step + all.length) % all.length]?.focus();
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        aria-label={label}
        aria-haspopup="menu"
        title={label}
        className={`inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-faint transition-colors hover:bg-sunken hover:text-ink ${className}`}
      >
        <Icon name={icon} />
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        onToggle={place}
        onKeyDown={onKeyDown}
        className="fixed inset-auto m-0 w-64 rounded-xl border border-line bg-raised p-1.5 text-left text-sm text-ink shadow-high"
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            disabled={item.disabled}
            onClick={() => {
              list.current?.hidePopover();
              item.onSelect();
            }}
            className="flex w-full items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-left hover:bg-sunken focus-visible:bg-sunken focus-visible:-outline-offset-2 disabled:text-ink-faint disabled:opacity-60"
          >
            <Icon name={item.icon} className="size-4 text-ink-faint" />
            <span className="min-w-0 flex-1">{item.label}</span>
            {item.keys ? <kbd className="font-mono text-xs text-ink-faint">{item.keys}</kbd> : null}
          </button>
        ))}
      </div>
    </>
  );
}
