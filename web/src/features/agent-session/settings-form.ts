/** The settings of a session as they are typed, and as the server takes them. */
import type { PullMode, Settings, SettingsInput } from "@/api/__generated__/agents.ts";

export interface SettingsForm {
  targetBranch: string;
  pullMode: PullMode;
  draft: boolean;
  oneShot: boolean;
  checkRepairs: string;
  ciAttempts: string;
  idleMinutes: string;
  /** In dollars; empty is no bound. */
  budget: string;
  /** Empty where the hub chooses. */
  model: string;
  planner: string;
  developer: string;
}

export type SettingsProblems = Partial<Record<keyof SettingsForm, string>>;

/** What a session has where nobody says otherwise. */
export const usualSettings: SettingsForm = {
  targetBranch: "",
  pullMode: "STACKED",
  draft: false,
  oneShot: false,
  checkRepairs: "2",
  ciAttempts: "2",
  idleMinutes: "30",
  budget: "",
  model: "",
  planner: "",
  developer: "",
};

export function settingsFormOf(settings: Settings): SettingsForm {
  return {
    ...settings,
    checkRepairs: String(settings.checkRepairs),
    ciAttempts: String(settings.ciAttempts),
    idleMinutes: String(settings.idleMinutes),
    budget: settings.budget === null ? "" : String(settings.budget / 1_000_000),
    model: settings.model ?? "",
    planner: settings.planner ?? "",
    developer: settings.developer ?? "",
  };
}

const most = { checkRepairs: 10, ciAttempts: 10, idleMinutes: 240 } as const;

export function problemsOfSettings(form: SettingsForm): SettingsProblems {
  const problems: SettingsProblems = {};
  for (const name of ["checkRepairs", "ciAttempts"] as const) {
    if (!isWhole(form[name], 0, most[name])) problems[name] = `Choose 0 to ${most[name]}.`;
  }
  if (!isWhole(form.idleMinutes, 1, most.idleMinutes)) problems.idleMinutes = `Choose 1 to ${most.idleMinutes} minutes.`;
  if (form.budget.trim() !== "" && !(Number(form.budget) > 0 && Number.isSafeInteger(Math.round(Number(form.budget) * 1_000_000)))) {
    problems.budget = "Write an amount in dollars, such as 5 or 2.50, or leave it empty.";
  }
  return problems;
}

function isWhole(text: string, least: number, greatest: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= greatest;
}

/** Only for a form without problems. An empty target branch is the repository's own. */
export function settingsInputOf(form: SettingsForm): SettingsInput {
  const { draft, oneShot, pullMode } = form;
  return {
    ...(form.targetBranch.trim() === "" ? {} : { targetBranch: form.targetBranch.trim() }),
    pullMode,
    draft,
    oneShot,
    checkRepairs: Number(form.checkRepairs),
    ciAttempts: Number(form.ciAttempts),
    idleMinutes: Number(form.idleMinutes),
    budget: form.budget.trim() === "" ? null : Math.round(Number(form.budget) * 1_000_000),
    model: form.model || null,
    planner: form.planner || null,
    developer: form.developer || null,
  };
}

/** What differs from the usual, in a few words; null where nothing does. */
export function unusual(form: SettingsForm): string | null {
  const words = [
    ...(form.targetBranch.trim() === "" ? [] : [form.targetBranch.trim()]),
    ...(form.oneShot ? ["one-shot"] : form.pullMode === "STACKED" ? [] : [`${form.pullMode.toLowerCase()} pull requests`]),
    ...(form.draft && !form.oneShot ? ["drafts"] : []),
    ...(form.budget.trim() === "" ? [] : [`at most $${form.budget.trim()}`]),
    ...(form.model === "" ? [] : [form.model]),
  ];
  return words.length > 0 ? words.join(", ") : null;
}
