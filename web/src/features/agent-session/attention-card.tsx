import { useId, type ReactNode } from "react";

/** Something that waits for somebody: nothing goes on before it is settled. */
export function AttentionCard({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mt-3 rounded-xl border-2 border-warning/60 bg-surface p-4 shadow-card">
      <h3 id={id} className="mb-3 text-[0.9375rem] font-semibold text-ink">
        {title}
      </h3>
      {children}
    </section>
  );
}
