/** The only place where the URLs of pages are spelled. */
const segment = encodeURIComponent;

export type RunbookView = "read" | "edit";
export type HistoryView = "runs" | "versions";
export type FunctionView = "code" | "call" | "versions" | "history";

export type AgentSettingsView = "repositories" | "personas" | "context" | "mcp" | "tools" | "learnings" | "templates" | "usage";

export const paths = {
  /** `search` holds what is looked for or shown. */
  runbooks: (search = "") => `/${search ? `?${search}` : ""}`,
  trash: () => "/trash",
  /** The document of this machine, where it has components. */
  local: () => "/local",
  /** `line` is where the editor opens, or what is brought into view. */
  runbook: (runbook: string, view: RunbookView = "read", line?: number) => {
    const search = [...(view === "edit" ? ["view=edit"] : []), ...(line ? [`line=${line}`] : [])].join("&");
    return `/runbooks/${segment(runbook)}${search ? `?${search}` : ""}`;
  },
  /** `search` holds a filter of runs. */
  history: (runbook: string, view: HistoryView = "runs", search = "") => {
    const query = [...(view === "versions" ? ["view=versions"] : []), ...(search ? [search] : [])].join("&");
    return `/runbooks/${segment(runbook)}/history${query ? `?${query}` : ""}`;
  },
  /** `fragment` holds a program. */
  playground: (fragment = "") => `/playground${fragment}`,
  functions: () => "/functions",
  /** Not below the functions: one may be called "new". */
  newFunction: () => "/new-function",
  function: (name: string, view: FunctionView = "code") => `/functions/${segment(name)}${view === "code" ? "" : `?view=${view}`}`,
  /** `search` holds a filter. */
  jobs: (search = "") => `/jobs${search ? `?${search}` : ""}`,
  job: (job: string) => `/jobs/${segment(job)}`,
  /** `again` is a job whose order the form begins with. */
  newJob: (again?: string) => (again ? `/new-job?again=${segment(again)}` : "/new-job"),
  schedules: () => "/schedules",
  schedule: (schedule: string) => `/schedules/${segment(schedule)}`,
  newSchedule: () => "/new-schedule",
  artifacts: () => "/artifacts",
  myLimits: () => "/limits",
  sessions: () => "/sessions",
  agents: () => "/agents",
  agentSession: (session: string) => `/agents/${segment(session)}`,
  agentSettings: (view: AgentSettingsView = "repositories") => `/agents/settings${view === "repositories" ? "" : `?view=${view}`}`,
  queue: () => "/admin/queue",
  jobLimits: (subject?: string) => (subject ? `/admin/limits?of=${segment(subject)}` : "/admin/limits"),
  audit: (search = "") => `/admin/audit${search ? `?${search}` : ""}`,
  account: () => "/account",
  /** A page of the server's own. */
  apiDocs: () => "/api/docs",
  signIn: (next?: string) => (next && next !== "/" ? `/sign-in?next=${segment(next)}` : "/sign-in"),
  signUp: (next?: string) => (next && next !== "/" ? `/sign-up?next=${segment(next)}` : "/sign-up"),
};

/** Where to go after signing in. Only a path of this site: `next` comes from the address bar. */
export function nextPath(search: URLSearchParams): string {
  const next = search.get("next");
  return next && /^\/(?![/\\])/.test(next) ? next : paths.runbooks();
}
