import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useLocation, useNavigate, useSearchParams } from "react-router";
import { nextPath, paths } from "@/paths.ts";
import { BlankSlate } from "@/ui/blank-slate.tsx";
import { Logo } from "@/ui/icon.tsx";
import { ThemeToggle } from "@/ui/theme.tsx";
import { AccountForm } from "./account-form.tsx";
import { accountQuery, configQuery } from "./account-queries.ts";

export type AccountMode = "sign-in" | "sign-up";

export function AccountPage({ mode }: { mode: AccountMode }) {
  const [search] = useSearchParams();
  const { hash } = useLocation();
  const navigate = useNavigate();
  const account = useQuery(accountQuery);
  const config = useQuery(configQuery);
  const next = nextPath(search) + hash;
  const query = search.get("next") ?? undefined;
  const closed = config.data?.sign_up === false;

  if (account.data) return <Navigate replace to={next} />;
  if (config.data?.mode === "local") return <LocalPage />;
  if (mode === "sign-up" && closed) return <Navigate replace to={paths.signIn(query) + hash} />;
  return (
    <div className="flex min-h-dvh flex-col">
      <title>{mode === "sign-in" ? "Sign in · Runbook" : "Create your account · Runbook"}</title>
      <header className="flex justify-end p-3">
        <ThemeToggle />
      </header>
      <main id="content" className="flex flex-1 items-center justify-center px-4 pt-4 pb-24">
        <div className="w-full max-w-[25rem]">
          <div className="mb-8 text-center">
            <Logo className="mx-auto size-11" />
            <h1 className="mt-5 text-[1.75rem] leading-tight font-semibold tracking-[-0.028em]">
              {mode === "sign-in" ? "Welcome back" : "Create your account"}
            </h1>
            <p className="mt-2 text-[0.9375rem] text-pretty text-ink-faint">
              {mode === "sign-in"
                ? "Sign in to read, run and edit your runbooks."
                : "Write Markdown, run its code in a sandbox of your own, and watch the output arrive."}
            </p>
          </div>
          <div className="rounded-2xl border border-line bg-surface p-6 shadow-card sm:p-8">
            <AccountForm mode={mode} onDone={() => void navigate(next, { replace: true })} />
          </div>
          {closed ? null : (
            <p className="mt-6 text-center text-sm text-ink-faint">
              {mode === "sign-in" ? "New here? " : "Already have an account? "}
              <Link
                to={(mode === "sign-in" ? paths.signUp(query) : paths.signIn(query)) + hash}
                className="rounded font-medium text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current"
              >
                {mode === "sign-in" ? "Create an account" : "Sign in"}
              </Link>
            </p>
          )}
        </div>
      </main>
    </div>
  );
}

/** A local document needs no account, only the key in the address that the terminal shows. */
function LocalPage() {
  return (
    <main id="content" className="mx-auto max-w-2xl px-4 py-20">
      <title>Runbook</title>
      <BlankSlate icon="plug" title="Open the address from your terminal">
        This document is served for you alone. The address that Runbook printed when it started holds the key to it.
      </BlankSlate>
    </main>
  );
}
