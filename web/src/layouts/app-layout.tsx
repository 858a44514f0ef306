import { Link, Outlet } from "react-router";
import { RequireAccount } from "@/features/account/require-account.tsx";
import { UserMenu } from "@/features/account/user-menu.tsx";
import { paths } from "@/paths.ts";
import { Logo } from "@/ui/icon.tsx";
import { ThemeToggle } from "@/ui/theme.tsx";

export function AppLayout() {
  return (
    <RequireAccount>
      <div className="flex min-h-dvh flex-col">
        <header className="border-b border-line bg-paper">
          <div className="mx-auto flex h-14 max-w-5xl items-center gap-2 px-4 sm:px-6">
            <Link to={paths.runbooks()} className="-ml-1 flex items-center gap-2.5 rounded-lg p-1 text-ink">
              <Logo className="size-7" />
              <span className="text-[1.0625rem] font-semibold tracking-tight">Runbook</span>
            </Link>
            <div className="ml-auto flex items-center gap-1">
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
