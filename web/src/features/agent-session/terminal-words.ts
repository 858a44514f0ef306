/** Why an agent's sandbox shows no terminal. */
import type { AgentSession } from "@/api/__generated__/agents.ts";

/** What keeps terminals from being opened, and what helps; null where nothing does. */
export function whyNoTerminal({ lifecycle, pauseReason, sandbox, running }: Pick<AgentSession, "lifecycle" | "pauseReason" | "sandbox" | "running">): string | null {
  if (lifecycle === "ARCHIVED") return "An archived session has no sandbox. Unarchive it and send a message: the agent is then given one.";
  if (sandbox !== "UP" && running?.stage === "PREPARING") return "The sandbox is being prepared. A terminal opens once it is up.";
  switch (sandbox) {
    case "UP":
      return null;
    case "NONE":
      return "There is no sandbox yet. Send a message or run a step: the agent is given one, and a terminal opens here.";
    case "PAUSED":
      if (lifecycle === "PAUSED" && pauseReason === "BUDGET") return "The sandbox is asleep, since no budget is left. Raise the budget, then send a message to wake it.";
      return "The sandbox is asleep. Send a message to wake it: a terminal then opens here.";
  }
}
