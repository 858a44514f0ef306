/** What happened, in a line of the chat. */
import type { CiEnd, Delivered } from "@/api/agent-events.ts";
import type { FactBody } from "./chat-item.ts";

export interface FactWords {
  text: string;
  tone?: "success" | "failure" | "warning";
  link?: { href: string; label: string };
  /** What only some want to read. */
  more?: string;
}

type NameOf = (id: string | null) => string;

export function factInWords(body: FactBody, nameOf: NameOf): FactWords {
  if ("note" in body) return { text: `The model did not answer (${body.why}); asking again, attempt ${body.attempt}.`, tone: "warning" };
  switch (body.event) {
    case "plan_saved":
    case "plan_refused":
    case "plan_proposed":
    case "proposal_settled":
    case "plan_approved":
    case "commented":
    case "comment_resolved":
      return ofPlan(body, nameOf);
    case "dequeued":
    case "prepared":
    case "head_moved":
    case "delivered":
    case "faltered":
    case "restarted":
    case "sandbox_lost":
      return ofWork(body);
    case "shared":
    case "paused":
    case "resumed":
    case "archived":
    case "unarchived":
      return ofLife(body, nameOf);
    case "ready_asked":
    case "became_ready":
    case "ci_ended":
    case "person_pushed":
    case "branch_settled":
    case "order_declined":
      return ofBranch(body);
  }
}

type Of<Name> = Extract<FactBody, { event: Name }>;

function ofPlan(body: Of<"plan_saved" | "plan_refused" | "plan_proposed" | "proposal_settled" | "plan_approved" | "commented" | "comment_resolved">, nameOf: NameOf): FactWords {
  switch (body.event) {
    case "plan_saved":
      switch (body.by.author) {
        case "agent":
          return { text: `The agent wrote version ${body.version} of the plan.` };
        case "person":
          return { text: `${nameOf(body.by.user)} saved version ${body.version} of the plan.` };
        case "rollback":
          return { text: `${nameOf(body.by.user)} went back to version ${body.by.to} of the plan, as version ${body.version}.` };
      }
    // Each author has returned.
    case "plan_refused":
      return { text: "What the agent handed in is no plan; it is told why.", tone: "warning", more: body.remarks.join("\n") };
    case "plan_proposed":
      return { text: "The agent proposes another plan." };
    case "proposal_settled":
      return { text: `${nameOf(body.by)} ${body.verdict} the proposed plan.` };
    case "plan_approved":
      return { text: body.by === null ? `Version ${body.version} of the plan is approved as it came.` : `${nameOf(body.by)} approved version ${body.version} of the plan.`, tone: "success" };
    case "commented":
      return { text: `${nameOf(body.by)} commented on step ${body.step}: ${body.text}` };
    case "comment_resolved":
      return { text: `${nameOf(body.by)} resolved a comment.` };
  }
}

const dequeued = {
  stopped: "What waited was taken out of the queue.",
  step_failed: "The steps after it were taken out of the queue.",
  plan_changed: "Steps that the plan no longer has were taken out of the queue.",
  moot: "A revision was dropped: its branch has changed or is closed.",
} as const;

function ofWork(body: Of<"dequeued" | "prepared" | "head_moved" | "delivered" | "faltered" | "restarted" | "sandbox_lost">): FactWords {
  switch (body.event) {
    case "dequeued":
      return { text: dequeued[body.reason] };
    case "prepared":
      return { text: body.warning ?? "The sandbox is prepared.", tone: "warning" };
    case "head_moved":
      return { text: "The agent committed by itself, which is undone; its files stay.", tone: "warning" };
    case "delivered":
      return ofDelivery(body.change);
    case "faltered":
      return { text: `The attempt failed in a way that may pass: ${body.why}. It is tried again.`, tone: "warning" };
    case "restarted":
      return { text: "The server was restarted. What was under way begins anew." };
    case "sandbox_lost":
      return { text: `The sandbox is lost: ${body.why}`, tone: "warning" };
  }
}

function ofDelivery(change: Delivered | null): FactWords {
  if (change === null) return { text: "Nothing was changed, so there is no commit." };
  const text = `Pushed ${change.head.slice(0, 8)} to ${change.name}.`;
  const { request } = change;
  return request && /^https?:/.test(request.url) ? { text, link: { href: request.url, label: `Pull request ${request.number}` } } : { text };
}

const pauses = { asked: "was paused", idle: "was paused, since nothing happened in it", budget: "was paused: it has cost its budget", user_budget: "was paused: its owner's sessions have cost what they may in a month" } as const;

function ofLife(body: Of<"shared" | "paused" | "resumed" | "archived" | "unarchived">, nameOf: NameOf): FactWords {
  switch (body.event) {
    case "shared":
      return { text: `${nameOf(body.by)} shared it with ${nameOf(body.with)}.` };
    case "paused":
      return { text: body.by === null ? `The session ${pauses[body.reason]}.` : `${nameOf(body.by)} paused the session.` };
    case "resumed":
      return { text: body.by === null ? "The session goes on." : `${nameOf(body.by)} resumed the session.` };
    case "archived":
      return { text: body.by === null ? "The session was archived: all of its branches are merged." : `${nameOf(body.by)} archived the session.` };
    case "unarchived":
      return { text: `${nameOf(body.by)} unarchived the session.` };
  }
}

const settled = { merged: "was merged", closed: "was closed", open: "was opened again" } as const;

function ofBranch(body: Of<"ready_asked" | "became_ready" | "ci_ended" | "person_pushed" | "branch_settled" | "order_declined">): FactWords {
  switch (body.event) {
    case "ready_asked":
      return { text: "Its steps are completed: the pull request is made ready for review." };
    case "became_ready":
      return { text: "The pull request is ready for review.", tone: "success" };
    case "ci_ended":
      return ofChecks(body.end);
    case "person_pushed":
      return { text: "Somebody pushed to a branch. Nothing is written over it until somebody asks for a revision." };
    case "branch_settled":
      return { text: `A branch ${settled[body.state]}.` };
    case "order_declined":
      return { text: `${body.by} ordered a revision by a comment, which was declined: ${body.why}`, tone: "warning" };
  }
}

function ofChecks(end: CiEnd): FactWords {
  switch (end.end) {
    case "passed":
      return { text: "The checks of the forge passed.", tone: "success" };
    case "failed":
      return { text: `The check ${end.check} of the forge failed.`, tone: "failure", more: end.log };
  }
}
