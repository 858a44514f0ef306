import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "react-router";
import { messageOf } from "@/api/errors.ts";
import { paths } from "@/paths.ts";
import { IconButton } from "@/ui/button.tsx";
import { Icon } from "@/ui/icon.tsx";
import { toast } from "@/ui/toasts.tsx";
import { configQuery, useAccount, useSignOut } from "./account-queries.ts";

/** Who is signed in, the way to what is theirs, and the way out. A local document has neither. */
export function UserMenu() {
  const user = useAccount();
  const config = useQuery(configQuery);
  const navigate = useNavigate();
  const signOut = useSignOut(() => void navigate(paths.signIn()));
  if (config.data?.mode !== "hub") return null;
  return (
    <div className="flex items-center gap-1">
      <Link
        to={paths.sessions()}
        aria-label="Sessions"
        title="Sessions"
        className="inline-flex size-9 items-center justify-center rounded-lg text-ink-faint transition-colors hover:bg-sunken hover:text-ink"
      >
        <Icon name="plug" className="size-[1.125rem]" />
      </Link>
      <IconButton
        icon="signOut"
        label="Sign out"
        onClick={() => signOut.mutate(undefined, { onError: (error) => toast(messageOf(error), "failure") })}
      />
      <Link
        to={paths.account()}
        title={`${user.username} · ${user.email}`}
        className="ml-1 flex size-8 items-center justify-center rounded-full bg-accent-soft text-[0.8125rem] font-semibold text-accent uppercase"
      >
        <span aria-hidden="true">{user.username.slice(0, 1)}</span>
        <span className="sr-only">Your account</span>
      </Link>
    </div>
  );
}
