/** The only place where the URLs of pages are spelled. */
const segment = encodeURIComponent;

export type RunbookView = "read" | "edit";

export const paths = {
  runbooks: () => "/",
  /** `line` is where the editor opens. */
  runbook: (runbook: string, view: RunbookView = "read", line?: number) =>
    `/runbooks/${segment(runbook)}${view === "edit" ? `?view=edit${line ? `&line=${line}` : ""}` : ""}`,
  signIn: (next?: string) => (next && next !== "/" ? `/sign-in?next=${segment(next)}` : "/sign-in"),
  signUp: (next?: string) => (next && next !== "/" ? `/sign-up?next=${segment(next)}` : "/sign-up"),
};

/** Where to go after signing in. Only a path of this site: `next` comes from the address bar. */
export function nextPath(search: URLSearchParams): string {
  const next = search.get("next");
  return next && /^\/(?![/\\])/.test(next) ? next : paths.runbooks();
}
