import { useState, type ReactNode } from "react";
import type { LocalComponent } from "@/api/local-schema.ts";
import { Button, IconButton } from "@/ui/button.tsx";
import { Icon, type IconName } from "@/ui/icon.tsx";
import { textProp } from "./components.ts";
import { useGiven, useLocal } from "./local-context.ts";
import { Words } from "./words.tsx";

interface Tone {
  title: string;
  icon: IconName;
  frame: string;
  text: string;
}

const note: Tone = { title: "Note", icon: "text", frame: "border-line bg-sunken", text: "text-ink-soft" };
const tones: Record<string, Tone> = {
  note,
  info: { title: "Info", icon: "question", frame: "border-accent/40 bg-accent-soft", text: "text-accent" },
  warning: { title: "Warning", icon: "alert", frame: "border-warning/40 bg-warning-soft", text: "text-warning" },
  danger: { title: "Danger", icon: "alert", frame: "border-failure/40 bg-failure-soft", text: "text-failure" },
};

/** A remark that stands out. It may ask to be confirmed, and may be put away, for this visit or for good. */
export function AdmonitionCard({ component, children }: { component: LocalComponent; children: ReactNode }) {
  const { runbook } = useLocal();
  const { given } = useGiven(component);
  const { props } = component;
  const tone = tones[textProp(component, "type") ?? ""] ?? note;
  const title = textProp(component, "title");
  const description = textProp(component, "description");
  const confirmation = textProp(component, "confirmationText");
  const mayHide = props["allowPermanentHide"] === true;
  const key = `runbook.local.hidden:${runbook.path}:${textProp(component, "storageKey") ?? title ?? component.line}`;
  const [isOpen, setOpen] = useState(() => !(mayHide && isKept(key)));
  const [isForGood, setForGood] = useState(false);
  const [isConfirmed, setConfirmed] = useState(false);
  if (!isOpen) return null;
  const close = () => {
    if (isForGood) keep(key);
    setOpen(false);
  };
  const canClose = confirmation === null || isConfirmed;
  return (
    <aside aria-label={title ?? tone.title} className={`rounded-xl border px-4 py-3.5 text-[0.9375rem] text-ink ${tone.frame}`}>
      <div className="flex items-start gap-3">
        <Icon name={tone.icon} className={`mt-0.5 size-[1.125rem] ${tone.text}`} />
        <div className="min-w-0 flex-1 space-y-2">
          <p className={`font-semibold break-words ${tone.text}`}>
            <Words text={title ?? tone.title} given={given} />
          </p>
          {description === null ? null : (
            <p className="break-words">
              <Words text={description} given={given} />
            </p>
          )}
          {children}
          {confirmation === null ? null : <Check label={<Words text={confirmation} given={given} />} isChecked={isConfirmed} onChange={setConfirmed} />}
          {mayHide ? <Check label="Do not show this again" isChecked={isForGood} onChange={setForGood} /> : null}
          {confirmation !== null || mayHide ? (
            <Button size="small" disabled={!canClose} onClick={close}>
              Close
            </Button>
          ) : null}
        </div>
        {props["closable"] === true && canClose ? <IconButton icon="cross" label={`Close ${title ?? tone.title}`} className="-mt-1.5 -mr-2 size-8!" onClick={close} /> : null}
      </div>
    </aside>
  );
}

interface CheckProps {
  label: ReactNode;
  isChecked: boolean;
  onChange: (checked: boolean) => void;
}

function Check({ label, isChecked, onChange }: CheckProps) {
  return (
    <label className="flex items-start gap-2.5 text-sm">
      <input type="checkbox" className="mt-0.5 size-4 shrink-0 accent-accent" checked={isChecked} onChange={(event) => onChange(event.target.checked)} />
      <span className="min-w-0 break-words">{label}</span>
    </label>
  );
}

function isKept(key: string): boolean {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}

function keep(key: string): void {
  try {
    localStorage.setItem(key, "hidden");
  } catch {
    // Without storage it is back with the next visit.
  }
}
