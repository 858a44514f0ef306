import { expect, it } from "vitest";
import type { AgentSession, Work } from "@/api/__generated__/agents.ts";
import { sessionOf } from "./doubles.tsx";
import { asleepInWords, whyNoTerminal } from "./terminal-words.ts";

const why = (changed: Partial<AgentSession>) => whyNoTerminal(sessionOf(changed));
const asleep = (changed: Partial<AgentSession>) => asleepInWords(sessionOf(changed));
const preparing: Work = { id: 1, kind: "VISIT", step: null, branch: null, text: null, by: null, stage: "PREPARING", until: null, repairs: 0, retries: 0 };

it("what_a_terminal_would_not_wake_says_what_does", () => {
  expect([why({}), why({ lifecycle: "PAUSED", pauseReason: "IDLE" }), why({ lifecycle: "PAUSED", pauseReason: "USER_BUDGET" })]).toEqual([null, null, null]);
  expect(why({ lifecycle: "PAUSED", pauseReason: "ASKED" })).toContain("Resume it");
  expect(why({ lifecycle: "PAUSED", pauseReason: "BUDGET" })).toContain("Raise the budget");
  expect(why({ lifecycle: "ARCHIVED" })).toContain("Unarchive it");
});

it("a_sandbox_that_is_not_up_says_how_it_comes_up", () => {
  expect([asleep({ sandbox: "UP" }), asleep({ sandbox: "UP", running: preparing })]).toEqual([null, null]);
  expect(asleep({ sandbox: "NONE" })).toContain("Send a message to bring it up");
  expect(asleep({ sandbox: "PAUSED" })).toContain("Send a message to wake it");
  expect(asleep({ sandbox: "NONE", running: preparing })).toContain("being made ready");
});
