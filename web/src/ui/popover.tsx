import { useId, useRef, type ReactNode, type ToggleEvent } from "react";
import { Icon, type IconName } from "./icon.tsx";

interface PopoverProps {
  icon: IconName;
  /** Names the button and the panel. */
  label: string;
  children: ReactNode;
}

/** Pixels between the panel, its button and the edges of the window. */
const gap = 8;

/** A panel of the platform beside its button: Escape or a click elsewhere closes it. */
export function Popover({ icon, label, children }: PopoverProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);

  const place = (event: ToggleEvent) => {
    const from = button.current?.getBoundingClientRect();
    const shown = panel.current;
    if (event.newState !== "open" || !from || !shown) return;
    const room = document.documentElement.clientWidth - shown.offsetWidth - 2 * gap;
    shown.style.left = `${Math.max(2 * gap, Math.min(from.left - gap, room))}px`;
    shown.style.top = `${from.bottom + gap}px`;
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        aria-label={label}
        title={label}
        className="inline-flex size-7 shrink-0 items-center justify-center rounded-md text-ink-faint transition-colors hover:bg-sunken hover:text-ink"
      >
        <Icon name={icon} />
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        onToggle={place}
        className="fixed inset-auto m-0 w-[min(23rem,calc(100vw-2rem))] rounded-xl border border-line bg-raised p-4 text-left text-ink shadow-high"
      >
        {children}
      </div>
    </>
  );
}
