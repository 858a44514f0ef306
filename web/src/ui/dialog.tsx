import { useEffect, useId, useRef, type ReactNode } from "react";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer: ReactNode;
  /** Large ones hold code. */
  size?: "medium" | "large";
}

const widths = { medium: "w-[min(27rem,calc(100vw-2rem))]", large: "w-[min(44rem,calc(100vw-2rem))]" };

/** A modal of the platform: it traps focus, closes on Escape and gives focus back by itself. */
export function Dialog({ title, onClose, children, footer, size = "medium" }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className={`m-auto ${widths[size]} rounded-2xl border border-line bg-raised p-0 text-ink shadow-high`}
    >
      <div className="p-6">
        <h2 id={id} className="text-lg font-semibold tracking-tight">
          {title}
        </h2>
        <div className="mt-2 text-[0.9375rem] text-ink-soft">{children}</div>
        <div className="mt-6 flex flex-wrap justify-end gap-2">{footer}</div>
      </div>
    </dialog>
  );
}
