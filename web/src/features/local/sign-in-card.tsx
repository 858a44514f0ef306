import { useMutation, useQueryClient } from "@tanstack/react-query";
import { localApi } from "@/api/local.ts";
import type { LocalComponent } from "@/api/local-schema.ts";
import type { LocalSignIn, SignInCheck, SignInMethod } from "@/api/sign-in-schema.ts";
import { Button } from "@/ui/button.tsx";
import { useNow } from "@/ui/time.tsx";
import { BlockCard, plainLook } from "./block-card.tsx";
import { useGiven, useLocal } from "./local-context.ts";
import { localRunbookQuery } from "./local-queries.ts";
import { SignInFlowPanel } from "./sign-in-flow.tsx";
import { SignInWays } from "./sign-in-ways.tsx";

const providers: Record<LocalSignIn["provider"], string> = { aws: "AWS", google: "Google Cloud", github: "GitHub", gitlab: "GitLab" };

/** Signs in for the scripts that name the component. What is typed goes to the server once and is not kept here. */
export function SignInCard({ component, signIn }: { component: LocalComponent; signIn: LocalSignIn }) {
  const { given } = useGiven(component);
  const { whenTrusted } = useLocal();
  const { id } = component;
  const enter = useAct((method: SignInMethod) => localApi.signIn({ componentId: id, ...method }));
  const begin = useAct((profile: string | null) => localApi.beginSignIn(id, profile));
  const leave = useAct(() => localApi.signOut(id));
  const check = useAct(() => localApi.checkSignIn(id));
  const acts = [enter, begin, leave, check];
  const isBusy = acts.some((it) => it.isPending);
  const error = acts.find((it) => it.error)?.error;
  const name = providers[signIn.provider];
  const place = signIn.host === null || signIn.host === `${signIn.provider}.com` ? name : `${name} at ${signIn.host}`;
  const isOver = useIsOver(signIn.expiresAt);
  return (
    <BlockCard component={component} title={`Sign in to ${place}`} given={given} look={lookOf(signIn, isOver)} isBusy={isBusy}>
      {signIn.account === null ? null : (
        <SignedIn signIn={signIn} id={id} isOver={isOver} isBusy={isBusy} onCheck={() => whenTrusted(() => check.mutate())} onLeave={() => leave.mutate()} />
      )}
      {signIn.flow !== null && signIn.flow.state !== "failed" ? (
        <SignInFlowPanel id={id} provider={name} flow={signIn.flow} />
      ) : signIn.account === null ? (
        <SignInWays
          id={id}
          signIn={signIn}
          isBusy={isBusy}
          onEnter={(method) => whenTrusted(() => enter.mutate(method))}
          onBegin={(profile) => whenTrusted(() => begin.mutate(profile))}
        />
      ) : null}
      {signIn.flow?.state === "failed" ? <Trouble>{signIn.flow.reason}</Trouble> : null}
      {error ? <Trouble>{error.message}</Trouble> : null}
    </BlockCard>
  );
}

/** Something the server is told, after which the page looks again. */
function useAct<T = void>(mutationFn: (told: T) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn, gcTime: 0, onSuccess: () => queries.invalidateQueries({ queryKey: localRunbookQuery.queryKey }) });
}

function useIsOver(expiresAt: string | null): boolean {
  const now = useNow(expiresAt === null ? null : 15_000);
  return expiresAt !== null && Date.parse(expiresAt) <= now;
}

function lookOf({ account, check }: LocalSignIn, isOver: boolean) {
  if (account === null) return plainLook("key");
  if (isOver) return { label: "expired", icon: "alert" as const, text: "text-warning", frame: "border-warning" };
  if (check?.verdict === "refused") return { label: "refused", icon: "cross" as const, text: "text-failure", frame: "border-failure" };
  return { label: "signed in", icon: "check" as const, text: "text-success", frame: "border-success" };
}

interface SignedInProps {
  id: string;
  signIn: LocalSignIn;
  isOver: boolean;
  isBusy: boolean;
  onCheck: () => void;
  onLeave: () => void;
}

function SignedIn({ id, signIn: { account, check, expiresAt }, isOver, isBusy, onCheck, onLeave }: SignedInProps) {
  return (
    <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-2.5 text-sm">
      <div role="status" className="min-w-0 flex-1 basis-60 break-words text-ink">
        <p>
          Signed in {check?.verdict === "valid" && check.account !== "" ? <>as <span className="font-medium">{check.account}</span> </> : null}
          with <span className="font-medium">{account}</span>, for blocks that name {id} and no others.
        </p>
        <CheckWords check={check} />
        {expiresAt === null ? null : (
          <p className={isOver ? "text-warning" : "text-ink-faint"}>
            {isOver ? "These credentials have expired; sign out and in again." : `They expire ${timeOf(expiresAt)}.`}
          </p>
        )}
      </div>
      <Button size="small" icon="retry" busy={isBusy} aria-label={`Check ${id}`} onClick={onCheck}>
        Check
      </Button>
      <Button size="small" icon="signOut" busy={isBusy} aria-label={`Sign out of ${id}`} onClick={onLeave}>
        Sign out
      </Button>
    </div>
  );
}

function CheckWords({ check }: { check: SignInCheck | null }) {
  if (check === null) return null;
  switch (check.verdict) {
    case "valid":
      return check.scopes.length === 0 ? null : <p className="text-ink-faint">They may: {check.scopes.join(", ")}</p>;
    case "refused":
      return <p className="text-failure">The provider does not take them: {check.reason}</p>;
    case "unknown":
      return <p className="text-ink-faint">They could not be checked: {check.reason}</p>;
  }
}

function timeOf(at: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(Date.parse(at));
}

function Trouble({ children }: { children: string }) {
  return (
    <p role="alert" className="border-t border-line bg-failure-soft px-4 py-2.5 text-[0.8125rem] break-words text-failure">
      {children}
    </p>
  );
}
