import { useEffect, useState } from "react";

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** "just now", "5 minutes ago", "yesterday", and the date after a month. */
export function timeAgo(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  const past = Math.abs(seconds);
  if (past < 45) return "just now";
  if (past < 3_570) return relative.format(Math.round(seconds / 60), "minute");
  if (past < 84_600) return relative.format(Math.round(seconds / 3600), "hour");
  if (past < 2_592_000) return relative.format(Math.round(seconds / 86_400), "day");
  return new Intl.DateTimeFormat("en", { dateStyle: "medium" }).format(at);
}

/** The present moment, renewed every `everyMs`; null stands still. */
export function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (everyMs === null) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function TimeAgo({ at }: { at: string }) {
  const now = useNow(30_000);
  const then = Date.parse(at);
  return (
    <time dateTime={at} title={absolute.format(then)}>
      {timeAgo(then, now)}
    </time>
  );
}
