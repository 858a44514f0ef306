/** What is said of an agent's sandbox where no terminal is shown. */
import type { AgentSession } from "@/api/__generated__/agents.ts";

/** Why none can be opened, and what helps; null where one can. */
export function whyNoTerminal({ lifecycle, pauseReason }: Pick<AgentSession, "lifecycle" | "pauseReason">): string | null {
  switch (lifecycle) {
    case "ACTIVE":
      return null;
    case "PAUSED":
      if (pauseReason === "ASKED") return "Somebody paused the session, and its sandbox with it. Resume it to open a terminal.";
      if (pauseReason === "BUDGET") return "The session has cost its budget, and its sandbox is asleep. Raise the budget in its settings to open a terminal.";
      return null;
    case "ARCHIVED":
      return "An archived session has no sandbox. Unarchive it to open a terminal.";
  }
}

/** Why there is none by itself: nobody's looking wakes a sandbox, only their asking does. */
export function asleepInWords({ sandbox, running }: Pick<AgentSession, "sandbox" | "running">): string | null {
  if (sandbox !== "UP" && running?.stage === "PREPARING") return "The sandbox is being made ready. A terminal opens once it is up.";
  switch (sandbox) {
    case "UP":
      return null;
    case "NONE":
      return "No sandbox is up. Send a message to bring it up, or open a terminal.";
    case "PAUSED":
      return "The sandbox is asleep. Send a message to wake it, or open a terminal.";
  }
}
