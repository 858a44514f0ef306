import { useState } from "react";
import { Button } from "@/ui/button.tsx";

/** Entries drawn at once. */
const page = 100;
/** Entries up to which the first two levels are open at the start. */
const few = 24;

interface JsonTreeProps {
  value: object;
  label: string;
}

/** A JSON value whose parts fold. Only what is open exists in the page. */
export function JsonTree({ value, label }: JsonTreeProps) {
  return (
    <div role="region" aria-label={label} tabIndex={0} className="code max-h-[30rem] overflow-auto px-4 py-2.5 text-[0.8125rem]">
      <Node name={null} value={value} depth={0} />
    </div>
  );
}

interface NodeProps {
  name: string | null;
  value: unknown;
  depth: number;
}

function Node({ name, value, depth }: NodeProps) {
  if (typeof value !== "object" || value === null) {
    return (
      <div className="pl-4 whitespace-pre-wrap [overflow-wrap:anywhere]">
        <Name name={name} />
        <Scalar value={value} />
      </div>
    );
  }
  return <Parts name={name} value={value} depth={depth} />;
}

function Parts({ name, value, depth }: NodeProps & { value: object }) {
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [open, setOpen] = useState(depth < 2 && entries.length <= few);
  const [shown, setShown] = useState(page);
  const rest = entries.length - shown;
  const [left, right] = isList ? "[]" : "{}";
  if (entries.length === 0) {
    return (
      <div className="pl-4">
        <Name name={name} />
        <span className="text-ink-faint">{`${left}${right}`}</span>
      </div>
    );
  }
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cursor-pointer select-none marker:text-ink-faint">
        <Name name={name} />
        <span className="text-ink-faint">
          {open ? left : `${left} … ${right}`} {entries.length.toLocaleString("en")} {wordFor(entries.length, isList)}
        </span>
      </summary>
      {open ? (
        <div className="ml-1 border-l border-line pl-3">
          {entries.slice(0, shown).map(([key, part]) => (
            <Node key={key} name={key} value={part} depth={depth + 1} />
          ))}
          {rest > 0 ? (
            <Button size="small" className="my-1 ml-4" onClick={() => setShown((now) => now + page)}>
              Show {Math.min(rest, page)} more of {rest.toLocaleString("en")}
            </Button>
          ) : null}
        </div>
      ) : null}
    </details>
  );
}

function Name({ name }: { name: string | null }) {
  if (name === null) return null;
  return (
    <>
      <span className="text-(--code-function)">{name}</span>
      <span className="text-ink-faint">: </span>
    </>
  );
}

function Scalar({ value }: { value: unknown }) {
  if (typeof value === "string") return <span className="text-(--code-string)">{JSON.stringify(value)}</span>;
  if (typeof value === "number") return <span className="text-(--code-number)">{String(value)}</span>;
  return <span className="text-(--code-keyword)">{String(value)}</span>;
}

function wordFor(count: number, isList: boolean): string {
  const [one, many] = isList ? ["item", "items"] : ["entry", "entries"];
  return count === 1 ? one : many;
}
