import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import type { Session } from "@/api/schema.ts";
import { Button } from "@/ui/button.tsx";
import { useNow } from "@/ui/time.tsx";
import { toast } from "@/ui/toasts.tsx";
import { expiresSoon, leftInWords, timeLeft } from "./session-status.ts";

interface ExpiryNoticeProps {
  session: Session;
  /** While something runs nothing expires. */
  running: boolean;
  onSession: (session: Session) => void;
}

/** Warns two minutes before an idle session ends, and lets it live on. */
export function ExpiryNotice({ session, running, onSession }: ExpiryNoticeProps) {
  const now = useNow(1_000);
  const extend = useMutation({
    mutationFn: () => api.extendSession(session.id),
    onSuccess: onSession,
    onError: (error) => toast(messageOf(error), "failure"),
  });
  const left = timeLeft(session, now);
  if (left === null || running || !expiresSoon(session, now)) return null;
  return (
    <div className="fixed inset-x-4 bottom-4 z-40 mx-auto flex max-w-lg flex-wrap items-center gap-3 rounded-xl border border-line bg-raised px-4 py-3 text-sm shadow-high">
      <span className="min-w-0 flex-1 basis-56">
        {/* Said once: a countdown that is read out every second helps nobody. */}
        <span role="status" className="font-medium text-ink">
          This session is about to end because nothing happens in it.
        </span>{" "}
        <span className="text-ink-faint tabular-nums">Its files and variables go in {leftInWords(left)}.</span>
      </span>
      <Button size="small" look="primary" busy={extend.isPending} onClick={() => extend.mutate()}>
        Extend
      </Button>
    </div>
  );
}
