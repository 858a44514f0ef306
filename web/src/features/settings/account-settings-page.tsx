import { useAccount } from "@/features/account/account-queries.ts";
import { SecretsSection } from "@/features/secret/secrets-section.tsx";
import { TokensSection } from "@/features/token/tokens-section.tsx";

/** What belongs to one's account: what programs show, and what functions are given. */
export function AccountSettingsPage() {
  const user = useAccount();
  return (
    <main id="content" className="mx-auto w-full max-w-3xl flex-1 px-4 pt-10 pb-24 sm:px-6 sm:pt-14">
      <title>Account · Runbook</title>
      <h1 className="text-[1.75rem] leading-tight font-semibold tracking-[-0.028em] sm:text-[2rem]">{user.username}</h1>
      <p className="mt-1.5 text-[0.9375rem] text-ink-faint">{user.email}</p>
      <div className="mt-10 space-y-12">
        <TokensSection />
        <SecretsSection />
      </div>
    </main>
  );
}
