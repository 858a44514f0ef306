import { useId, useRef, type ReactNode, type ToggleEvent } from "react";
import { Link } from "react-router";
import { putBeside } from "@/ui/beside.ts";
import { IconButton } from "@/ui/button.tsx";

/** A few things to do with one row of a list, behind a button. */
export function Menu({ label, children }: { label: string; children: ReactNode }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const place = (event: ToggleEvent) => {
    if (event.newState === "open" && panel.current && button.current) putBeside(panel.current, button.current, "right");
  };
  return (
    <>
      <IconButton ref={button} icon="more" label={label} popoverTarget={id} className="relative" />
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="group"
        aria-label={label}
        onToggle={place}
        className="fixed inset-auto m-0 w-48 rounded-xl border border-line bg-raised p-1.5 text-left text-ink shadow-high"
      >
        {children}
      </div>
    </>
  );
}

const item = "block w-full rounded-lg px-3 py-2 text-left text-sm text-ink transition-colors hover:bg-sunken focus-visible:-outline-offset-2";

export function MenuButton({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={(event) => {
        event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
        onClick();
      }}
      className={item}
    >
      {children}
    </button>
  );
}

export function MenuLink({ children, to }: { children: ReactNode; to: string }) {
  return (
    <Link to={to} className={item}>
      {children}
    </Link>
  );
}
