import { messageOf } from "@/api/errors.ts";
import { toast } from "@/ui/toasts.tsx";

/** Says why something was not done, where no form stands beside it. */
export function tellFailure(error: Error): void {
  toast(messageOf(error), "failure");
}
