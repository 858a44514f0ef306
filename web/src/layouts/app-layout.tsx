import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "react-router";
import { configQuery } from "@/features/account/account-queries.ts";
import { RequireAccount } from "@/features/account/require-account.tsx";
import { UserMenu } from "@/features/account/user-menu.tsx";
import { PaletteOpener } from "@/features/search/palette-opener.tsx";
import { paths } from "@/paths.ts";
import { Logo } from "@/ui/icon.tsx";
import { ThemeToggle } from "@/ui/theme.tsx";

export function AppLayout() {
  return (
    <RequireAccount>
      <div className="flex min-h-dvh flex-col">
        <header className="border-b border-line bg-paper">
          <div className="mx-auto flex min-h-14 max-w-7xl items-center gap-x-2 px-4 max-sm:flex-wrap max-sm:pt-2 sm:gap-x-6 sm:px-6">
            <Link to={paths.runbooks()} className="-ml-1 flex items-center gap-2.5 rounded-lg p-1 text-ink">
              <Logo className="size-7" />
              <span className="text-[1.0625rem] font-semibold tracking-tight max-sm:sr-only">Runbook</span>
            </Link>
            <Places />
            <div className="ml-auto flex items-center gap-1">
              <Finder />
              <ThemeToggle />
              <UserMenu />
            </div>
          </div>
        </header>
        <Outlet />
      </div>
    </RequireAccount>
  );
}

/** `others` are pages of the same place that do not lie below it. */
const places = [
  { to: paths.runbooks(), label: "Runbooks", others: [paths.runbook(""), paths.trash()] },
  { to: paths.playground(), label: "Playground", others: [] },
  { to: paths.functions(), label: "Functions", others: [paths.newFunction()] },
  { to: paths.jobs(), label: "Jobs", others: [paths.newJob(), paths.schedules(), paths.newSchedule(), paths.artifacts(), paths.myLimits(), paths.queue()] },
  { to: paths.agents(), label: "Agents", others: [] },
];

const firstSegment = (path: string) => path.split("/")[1];

/** Searches a hub. Beside a local document there is nothing to find, and the browser searches in it. */
function Finder() {
  const config = useQuery(configQuery);
  return config.data?.mode === "local" ? null : <PaletteOpener />;
}

/** The places of a hub. A local document is the only place there is. */
function Places() {
  const config = useQuery(configQuery);
  const { pathname } = useLocation();
  if (config.data?.mode !== "hub") return null;
  const here = firstSegment(pathname);
  return (
    <nav aria-label="Places" className="flex min-w-0 items-center gap-1 max-[23rem]:gap-0 max-sm:order-last max-sm:-mx-2 max-sm:basis-full max-sm:overflow-x-auto max-sm:py-1.5">
      {places.map(({ to, label, others }) => (
        <Link
          key={to}
          to={to}
          aria-current={[to, ...others].some((it) => firstSegment(it) === here) ? "page" : undefined}
          className="rounded-lg px-2 max-[25rem]:px-1 max-[23rem]:px-0.5 py-1.5 text-sm max-[23rem]:text-[0.8125rem] font-medium text-ink-soft transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:text-accent sm:px-3"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
