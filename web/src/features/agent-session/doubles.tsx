/** For tests: a session, and the parts of its page around one of them. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import type { AgentSession, Plan, Step } from "@/api/__generated__/agents.ts";
import { PlanContext, usePlanValue } from "./plan-context.ts";
import { SessionContext } from "./session-context.ts";
import { namesOf } from "./session-words.ts";

const ada = { id: "user_ada", name: "ada" };

export function stepOf(number: string, changed: Partial<Step> = {}): Step {
  return { number, title: `Title ${number}`, depth: 1, body: "", isLeaf: true, state: "NOT_STARTED", failure: null, commit: null, checks: 0, ...changed };
}

export function planOf(changed: Partial<Plan> = {}): Plan {
  return { version: 1, text: "# Plan\n\n## Step 1: Title 1\n", title: "Plan", approved: false, steps: [stepOf("1")], ...changed };
}

export function sessionOf(changed: Partial<AgentSession> = {}): AgentSession {
  return {
    id: "as_1",
    title: "Rate limits",
    origin: "web",
    cloneOf: null,
    repository: { id: "repo_1", address: "https://github.com/acme/api", name: "acme/api", forge: "GITHUB", api: null, secret: null, defaultBranch: "main", scope: "MINE", app: false },
    owner: ada,
    people: [ada],
    seq: 1,
    createdAt: 0,
    lastAt: 0,
    status: "NOT_STARTED",
    lifecycle: "ACTIVE",
    pauseReason: null,
    phase: "PLANNING",
    settings: { targetBranch: "main", pullMode: "STACKED", draft: false, oneShot: false, checkRepairs: 2, ciAttempts: 2, idleMinutes: 30, budget: null, model: null, planner: null, developer: null },
    plan: planOf(),
    versions: [],
    proposal: null,
    comments: [],
    running: null,
    queue: [],
    approvals: [],
    questions: [],
    choiceAfter: null,
    branches: [],
    usage: { inputTokens: 0, outputTokens: 0, cost: 0 },
    sandbox: "NONE",
    ...changed,
  };
}

const noop = () => undefined;

/** What surrounds a part of a session's page. */
export function Around({ session, children }: { session: AgentSession; children: ReactNode }) {
  return (
    <SessionContext value={{ id: session.id, nameOf: namesOf(session.people), closed: session.lifecycle === "ARCHIVED" ? "It is archived." : null }}>
      {session.plan ? (
        <AroundPlan session={session} plan={session.plan}>
          {children}
        </AroundPlan>
      ) : (
        children
      )}
    </SessionContext>
  );
}

function AroundPlan({ session, plan, children }: { session: AgentSession; plan: Plan; children: ReactNode }) {
  return <PlanContext value={usePlanValue(session, plan, noop)}>{children}</PlanContext>;
}

/** A page without a server. */
export function wrapper() {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return {
    queries,
    Wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={queries}>
        <MemoryRouter>{children}</MemoryRouter>
      </QueryClientProvider>
    ),
  };
}
