import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

type NoticeTone = "failure" | "warning" | "neutral";

const tones: Record<NoticeTone, string> = {
  failure: "bg-failure-soft text-failure",
  warning: "bg-warning-soft text-warning",
  neutral: "bg-accent-soft text-accent",
};

const icons: Record<NoticeTone, IconName> = { failure: "alert", warning: "alert", neutral: "question" };

interface NoticeProps {
  tone?: NoticeTone;
  children: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** A short message within the page, with what can be done about it. */
export function Notice({ tone = "failure", children, action, className = "" }: NoticeProps) {
  return (
    <div
      role={tone === "failure" ? "alert" : "status"}
      className={`flex flex-wrap items-center gap-x-3 gap-y-2 rounded-xl px-4 py-3 text-sm ${tones[tone]} ${className}`}
    >
      <Icon name={icons[tone]} className="size-[1.125rem] self-start mt-px" />
      <div className="min-w-0 flex-1 basis-48">{children}</div>
      {action}
    </div>
  );
}
