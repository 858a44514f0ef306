import type { ReactNode, Ref } from "react";
import { IconButton } from "@/ui/button.tsx";

interface TerminalFrameProps {
  /** Where it stands on its page, and how tall it is. */
  className: string;
  onClose: () => void;
  closeButton?: Ref<HTMLButtonElement>;
  tabs?: ReactNode;
  tools?: ReactNode;
  children: ReactNode;
}

/** What stands around terminals, or around the words that say why there are none. */
export function TerminalFrame({ className, onClose, closeButton, tabs, tools, children }: TerminalFrameProps) {
  return (
    <section aria-label="Terminals of this session" className={`flex flex-col border-line bg-surface ${className}`}>
      <div className="flex min-h-10 items-center gap-1 border-b border-line px-2">
        <div className="flex min-w-0 flex-1 items-center gap-1">
          <div className="min-w-0">{tabs}</div>
          {tools}
        </div>
        <IconButton ref={closeButton} icon="cross" label="Hide terminals" onClick={onClose} />
      </div>
      {children}
    </section>
  );
}
