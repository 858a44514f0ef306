import type { ReactNode } from "react";
import { BlankSlate } from "./blank-slate.tsx";
import { Button } from "./button.tsx";

interface PageFailureProps {
  /** What the page is about: "job". */
  noun: string;
  /** Why it could not be loaded; null where there is no such thing for this reader. */
  reason: string | null;
  /** A link to all that there are. */
  list: ReactNode;
  /** Why there may be no such thing. */
  missing?: string;
  onRetry: () => void;
}

/** A page whose subject is not there, or could not be loaded, with the way on. */
export function PageFailure({ noun, reason, list, missing = "It may have been deleted, or it belongs to someone else.", onRetry }: PageFailureProps) {
  return (
    <main id="content" className="mx-auto w-full max-w-2xl flex-1 px-4 py-20">
      <title>{`${noun.charAt(0).toUpperCase()}${noun.slice(1)} · Runbook`}</title>
      <BlankSlate
        icon={reason === null ? "question" : "alert"}
        title={reason === null ? `This ${noun} is not here` : `The ${noun} could not be loaded`}
        action={
          reason === null ? (
            list
          ) : (
            <Button look="primary" icon="retry" onClick={onRetry}>
              Try again
            </Button>
          )
        }
      >
        {reason ?? missing}
      </BlankSlate>
    </main>
  );
}
