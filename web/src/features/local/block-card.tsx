import type { KeyboardEvent, ReactNode } from "react";
import { sentence } from "@/api/errors.ts";
import type { LocalComponent } from "@/api/local-schema.ts";
import { writeClipboard } from "@/ui/clipboard.ts";
import { Icon, type IconName } from "@/ui/icon.tsx";
import { Spinner } from "@/ui/spinner.tsx";
import { toast } from "@/ui/toasts.tsx";
import { textProp } from "./components.ts";
import type { Given } from "./fill.ts";
import { Words } from "./words.tsx";

interface CardLook {
  /** For those who see no colours; null where there is nothing to say. */
  label: string | null;
  icon: IconName;
  text: string;
  frame: string;
}

interface BlockCardProps {
  component: LocalComponent;
  /** What it is called where its author gave no title. */
  title: string;
  given: Given;
  look: CardLook;
  isBusy?: boolean;
  /** Below the title; its description by default. */
  children?: ReactNode;
  onKeyDown?: (event: KeyboardEvent) => void;
}

/** The card of a component: how it stands on the left, who it is, and below that what can be done. */
export function BlockCard({ component, title, given, look, isBusy = false, children, onKeyDown }: BlockCardProps) {
  const description = textProp(component, "description");
  return (
    <section
      id={component.id === "" ? undefined : `block-${component.id}`}
      aria-label={component.id === "" ? component.name : `${component.name} ${component.id}`}
      data-status={look.label ?? undefined}
      onKeyDown={onKeyDown}
      className={`overflow-hidden rounded-xl border bg-surface text-base leading-normal shadow-card ${look.frame}`}
    >
      <div className="flex items-start gap-3 px-4 pt-3.5 pb-3">
        <span className={`mt-0.5 inline-flex size-5 shrink-0 items-center justify-center ${look.text}`}>
          {isBusy ? <Spinner className="size-[1.125rem]" /> : <Icon name={look.icon} className="size-[1.125rem]" />}
          {look.label === null ? null : <span className="sr-only">{look.label}</span>}
        </span>
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
            <h3 className="min-w-0 flex-1 basis-40 font-semibold tracking-[-0.012em] break-words text-ink">
              <Words text={textProp(component, "title") ?? title} given={given} />
            </h3>
            {component.id === "" ? null : <CopyableId id={component.id} />}
          </div>
          {description === null ? null : (
            <p className="mt-0.5 text-sm break-words text-ink-soft">
              <Words text={description} given={given} />
            </p>
          )}
        </div>
      </div>
      <Problems component={component} />
      {children}
    </section>
  );
}

function CopyableId({ id }: { id: string }) {
  const copy = async () => {
    if (await writeClipboard(id)) toast(`Copied ${id}`);
    else toast("The browser refused to copy. Select the text and copy it by hand.", "failure");
  };
  return (
    <button
      type="button"
      title="Copy the id"
      aria-label={`Copy the id ${id}`}
      onClick={() => void copy()}
      className="max-w-full truncate rounded-md px-1.5 py-0.5 font-mono text-xs text-ink-faint transition-colors hover:bg-sunken hover:text-ink"
    >
      {id}
    </button>
  );
}

/** What is wrong with a component, or could go wrong with it. */
function Problems({ component: { problems, warnings } }: { component: LocalComponent }) {
  return (
    <>
      {problems.map((it) => (
        <p
          key={`${it.code}:${it.line}:${it.column}`}
          role={it.severity === "error" ? "alert" : undefined}
          className={`border-t border-line px-4 py-2.5 text-[0.8125rem] break-words ${it.severity === "error" ? "bg-failure-soft text-failure" : "bg-warning-soft text-warning"}`}
        >
          {sentence(it.message)} <span className="whitespace-nowrap">Line {it.line}.</span>
        </p>
      ))}
      {warnings.map((it) => (
        <p key={it} className="border-t border-line bg-warning-soft px-4 py-2.5 text-[0.8125rem] break-words text-warning">
          {sentence(it)}
        </p>
      ))}
    </>
  );
}

/** How a card looks that only says or asks something. */
export function plainLook(icon: IconName): CardLook {
  return { label: null, icon, text: "text-ink-faint", frame: "border-line" };
}
