import { useId, useRef, useState, type ReactNode, type ToggleEvent } from "react";
import { putBeside } from "./beside.ts";
import { Icon, type IconName } from "./icon.tsx";

interface PopoverProps {
  icon: IconName;
  /** Names the button and the panel. */
  label: string;
  /** For a short list rather than text. */
  narrow?: boolean;
  /** Is told whenever the panel is shown or hidden. */
  onToggle?: (open: boolean) => void;
  /** Of the button. */
  className?: string;
  children: ReactNode;
}

/** A panel of the platform beside its button: Escape or a click elsewhere closes it. */
export function Popover({ icon, label, narrow = false, onToggle, className = "", children }: PopoverProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  // A page may have a thousand of these, and few are ever opened.
  const [open, setOpen] = useState(false);

  const place = (event: ToggleEvent) => {
    onToggle?.(event.newState === "open");
    if (event.newState === "open" && panel.current && button.current) putBeside(panel.current, button.current, "left");
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        aria-label={label}
        title={label}
        className={`inline-flex size-7 shrink-0 items-center justify-center rounded-md text-ink-faint transition-colors hover:bg-sunken hover:text-ink ${className}`}
      >
        <Icon name={icon} />
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        onBeforeToggle={(event) => setOpen(event.newState === "open")}
        onToggle={place}
        className={`fixed inset-auto m-0 max-h-[70dvh] overflow-y-auto rounded-xl border border-line bg-raised p-4 text-left text-ink shadow-high ${narrow ? "w-[min(16rem,calc(100vw-2rem))]" : "w-[min(23rem,calc(100vw-2rem))]"}`}
      >
        {open ? children : null}
      </div>
    </>
  );
}
