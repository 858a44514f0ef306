import type { ReactNode } from "react";
import type { ComponentType, LocalComponent } from "@/api/local-schema.ts";
import type { IconName } from "@/ui/icon.tsx";
import { BlockCard, plainLook } from "./block-card.tsx";
import { useGiven } from "./local-context.ts";

interface Kind {
  title: string;
  icon: IconName;
  /** What it is for. */
  words: string;
}

type QuietType = Extract<ComponentType, "aws_auth" | "google_auth" | "git_auth" | "unknown">;

const kinds: Record<QuietType, Kind> = {
  aws_auth: { title: "Sign in to AWS", icon: "key", words: "It would sign in to AWS." },
  google_auth: { title: "Sign in to Google Cloud", icon: "key", words: "It would sign in to Google Cloud." },
  git_auth: { title: "Sign in to Git", icon: "key", words: "It would sign in to GitHub or GitLab." },
  unknown: { title: "Unknown component", icon: "question", words: "" },
};

/** A component that does nothing here, since it is unknown or broken. */
export function QuietCard({ component, type, children }: { component: LocalComponent; type: QuietType; children: ReactNode }) {
  const { given } = useGiven(component);
  const kind = kinds[type];
  const words =
    type === "unknown" ? `Runbook knows no component <${component.name}>. What is in it is shown below.` : kind.words;
  return (
    <BlockCard component={component} title={kind.title} given={given} look={plainLook(kind.icon)}>
      <p className="border-t border-line px-4 py-2.5 text-[0.8125rem] text-ink-faint">{words}</p>
      {children ? <div className="border-t border-line px-4 py-4">{children}</div> : null}
    </BlockCard>
  );
}
