import { NavLink } from "react-router";
import { useAccount } from "@/features/account/account-queries.ts";
import { paths } from "@/paths.ts";

const mine = [
  [paths.jobs(), "Jobs"],
  [paths.schedules(), "Schedules"],
  [paths.artifacts(), "Artifacts"],
  [paths.myLimits(), "Your limits"],
] as const;

const ofAdministrators = [
  [paths.queue(), "Queue"],
  [paths.jobLimits(), "Limits"],
  [paths.audit(), "Audit log"],
] as const;

/** Where the row is wider than the screen, the place that is shown is not left outside. */
function intoView(link: HTMLAnchorElement | null): void {
  if (link?.ariaCurrent === "page") link.scrollIntoView({ block: "nearest", inline: "center" });
}

/** The pages about jobs. Those of administrators are shown to administrators. */
export function JobsPlaces() {
  const { administrator } = useAccount();
  const places = administrator ? [...mine, ...ofAdministrators] : mine;
  return (
    <nav aria-label="Pages about jobs" className="mb-7 flex gap-1 overflow-x-auto border-b border-line">
      {places.map(([to, label]) => (
        <NavLink
          key={to}
          to={to}
          end
          ref={intoView}
          className="-mb-px shrink-0 rounded-t-lg border-b-2 border-transparent px-3 py-2 text-sm font-medium text-ink-soft transition-colors hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:text-accent"
        >
          {label}
        </NavLink>
      ))}
    </nav>
  );
}
