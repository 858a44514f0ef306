import { useMutation } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import { messageOf } from "@/api/errors.ts";
import type { Session } from "@/api/schema.ts";
import { toast } from "@/ui/toasts.tsx";

const onError = (error: Error) => toast(messageOf(error), "failure");

/** What a header and its menu can do to a session that is open. */
export function useSessionActions(onSession: (session: Session) => void) {
  const disconnect = useMutation({ mutationFn: (id: string) => api.endSession(id), onSuccess: onSession, onError });
  const restart = useMutation({
    mutationFn: (id: string) => api.restartSession(id),
    onSuccess: (restarted: Session) => {
      onSession(restarted);
      toast("The variables are gone. Files are still there.");
    },
    onError,
  });
  return { disconnect, restart };
}
