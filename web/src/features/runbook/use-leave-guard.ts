import { useEffect } from "react";
import { useBlocker } from "react-router";
import { confirm } from "@/ui/confirm.tsx";

/** Asks before unsaved text is left behind, within the site and when the tab is closed. */
export function useLeaveGuard(dirty: boolean): void {
  const blocker = useBlocker(dirty);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    void confirm({
      title: "Leave without saving?",
      body: "Your changes are not saved yet. They stay in this browser as a draft and are back when you edit again.",
      action: "Leave",
      cancel: "Keep editing",
      look: "primary",
    }).then((leave) => (leave ? blocker.proceed() : blocker.reset()));
  }, [blocker]);

  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [dirty]);
}
