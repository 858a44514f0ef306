/** Short messages about what just happened, for things that have no better place on the page. */
import { create } from "zustand";
import { Icon } from "./icon.tsx";

interface Toast {
  id: number;
  tone: "success" | "failure";
  text: string;
  action: ToastAction | null;
}

export interface ToastAction {
  label: string;
  onSelect: () => void;
}

interface ToastStore {
  toasts: Toast[];
}

/** Long enough to read two lines, in milliseconds. */
const shownMs = 6_000;
let lastId = 0;

const useToasts = create<ToastStore>(() => ({ toasts: [] }));

export function toast(text: string, tone: Toast["tone"] = "success", action: ToastAction | null = null): void {
  lastId += 1;
  const id = lastId;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), { id, tone, text, action }] }));
  setTimeout(() => dismiss(id), shownMs);
}

function dismiss(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((it) => it.id !== id) }));
}

export function ToastList() {
  const toasts = useToasts((store) => store.toasts);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-4 bottom-4 z-50 flex flex-col items-center gap-2 sm:left-auto sm:right-6 sm:items-end"
    >
      {toasts.map((it) => (
        <div
          key={it.id}
          className="pointer-events-auto flex max-w-md items-start gap-3 rounded-xl border border-line bg-raised py-3 pr-2 pl-4 text-sm text-ink shadow-high"
        >
          <Icon
            name={it.tone === "success" ? "check" : "alert"}
            className={`mt-0.5 size-4 ${it.tone === "success" ? "text-success" : "text-failure"}`}
          />
          <span className="min-w-0 flex-1">{it.text}</span>
          {it.action ? (
            <button
              type="button"
              onClick={() => {
                dismiss(it.id);
                it.action?.onSelect();
              }}
              className="-my-1 rounded-md px-2 py-1 font-medium text-accent hover:bg-accent-soft"
            >
              {it.action.label}
            </button>
          ) : null}
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => dismiss(it.id)}
            className="-my-1 inline-flex size-7 items-center justify-center rounded-md text-ink-faint hover:bg-sunken hover:text-ink"
          >
            <Icon name="cross" className="size-3.5" />
          </button>
        </div>
      ))}
    </div>
  );
}
