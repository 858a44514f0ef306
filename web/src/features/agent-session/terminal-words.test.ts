import { expect, it } from "vitest";
import type { AgentSession, Work } from "@/api/__generated__/agents.ts";
import { sessionOf } from "./doubles.tsx";
import { whyNoTerminal } from "./terminal-words.ts";

const why = (changed: Partial<AgentSession>) => whyNoTerminal(sessionOf(changed));
const preparing: Work = { id: 1, kind: "TURN", step: null, branch: null, text: "Go on", by: null, stage: "PREPARING", until: null, repairs: 0, retries: 0 };

it("a_terminal_is_offered_exactly_while_the_sandbox_is_up", () => {
  expect(why({ sandbox: "UP" })).toBeNull();
  expect(why({ sandbox: "UP", running: preparing })).toBeNull();
  expect(why({ sandbox: "NONE" })).toContain("no sandbox yet");
  expect(why({ sandbox: "PAUSED" })).toContain("asleep");
});

it("what_is_said_names_what_helps", () => {
  expect(why({ sandbox: "NONE" })).toContain("Send a message");
  expect(why({ sandbox: "PAUSED", lifecycle: "PAUSED", pauseReason: "IDLE" })).toContain("Send a message to wake it");
  expect(why({ sandbox: "PAUSED", lifecycle: "PAUSED", pauseReason: "BUDGET" })).toContain("Raise the budget");
  expect(why({ sandbox: "UP", lifecycle: "ARCHIVED" })).toContain("Unarchive");
  expect(why({ sandbox: "PAUSED", running: preparing })).toContain("being prepared");
});
