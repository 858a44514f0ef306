import type { Dot } from "./session-status.ts";

const looks: Record<Dot, string> = {
  live: "bg-success",
  waiting: "bg-warning animate-pulse",
  off: "border-[1.5px] border-line-strong",
  broken: "bg-failure",
};

/** A mark beside words: never the only carrier of the state. */
export function SessionDot({ dot }: { dot: Dot }) {
  return <span aria-hidden="true" className={`inline-block size-2 shrink-0 rounded-full ${looks[dot]}`} />;
}
