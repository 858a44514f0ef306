import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiError } from "@/api/errors.ts";
import { localApi } from "@/api/local.ts";
import type { LocalComponent, LocalPreview, TemplateChanges, ValueProblem, ValuesByForm } from "@/api/local-schema.ts";
import { Button } from "@/ui/button.tsx";
import { Code } from "@/ui/code.tsx";
import { Notice } from "@/ui/notice.tsx";
import { BlockCard, plainLook } from "./block-card.tsx";
import { inheritedBy, isBroken, textProp } from "./components.ts";
import { fillPlain, type Given } from "./fill.ts";
import { FormFields } from "./form-fields.tsx";
import { ResetButton } from "./inputs-card.tsx";
import { typedNow, useGiven, useLocal, useValues } from "./local-context.ts";
import { filesKey } from "./local-queries.ts";
import { missingOf, waitsFor } from "./missing.ts";
import { usePreview } from "./use-preview.ts";

/** A Template or a TemplateInline: what it asks for, what it becomes, and the files that it makes. */
export function TemplateCard({ component }: { component: LocalComponent }) {
  const { components } = useLocal();
  const values = useValues();
  const { given, inputs } = useGiven(component);
  const near = useRef<HTMLDivElement>(null);
  const preview = usePreview(component, inputs, near);
  const { id, form } = component;
  const missing = isBroken(component) ? [] : missingOf(component, given, preview.data);
  const output = textProp(component, "outputPath");
  const name = component.type === "template" ? (textProp(component, "path") ?? id) : output === null ? id : fillPlain(output, given);
  const problems = [...(preview.data?.problems ?? []), ...(preview.error ? [preview.error.message] : [])];
  return (
    <BlockCard component={component} title={name.replace(/[\\`*_[\]]/g, String.raw`\$&`)} given={given} look={plainLook("file")}>
      {form && form.variables.length > 0 ? (
        <div className="border-t border-line px-4 py-4">
          <FormFields id={id} form={form} given={given} inherited={inheritedBy(component, components, values.published)} />
          <ResetButton id={id} />
        </div>
      ) : null}
      <div ref={near}>{preview.data ? <PreviewText component={component} preview={preview.data} path={name} /> : null}</div>
      {missing.length > 0 ? <p className="border-t border-line bg-warning-soft px-4 py-2.5 text-[0.8125rem] text-warning">{waitsFor(missing)}</p> : null}
      {problems.map((it) => (
        <p key={it} className="border-t border-line px-4 py-2.5 text-[0.8125rem] break-words text-failure">
          {it}
        </p>
      ))}
      {component.type === "template" || component.props["generateFile"] === true ? (
        <Generate component={component} values={valuesOf(component, given, inputs)} disabled={isBroken(component) || missing.length > 0} />
      ) : null}
    </BlockCard>
  );
}

/** Files beyond these are in the files panel once they are made. */
const shownFiles = 20;

function PreviewText({ component, preview, path }: { component: LocalComponent; preview: LocalPreview; path: string }) {
  // An inline template is one text, whether or not it becomes a file.
  if (preview.text !== null) {
    return (
      <div className="max-h-[30rem] overflow-auto border-t border-line bg-sunken">
        <Code text={preview.text} language={languageOf(path)} label={`Preview of ${component.id}`} />
      </div>
    );
  }
  const files = Object.entries(preview.files ?? {});
  if (files.length === 0) return null;
  return (
    <div className="border-t border-line bg-sunken">
      {files.slice(0, shownFiles).map(([name, text]) => (
        <details key={name} className="not-first:border-t not-first:border-line">
          <summary className="cursor-pointer px-4 py-2 font-mono text-xs text-ink-soft select-none">{name}</summary>
          <Code text={text} language={languageOf(name)} label={`Preview of ${name}`} />
        </details>
      ))}
      {files.length > shownFiles ? <p className="border-t border-line px-4 py-2 text-xs text-ink-faint">And {files.length - shownFiles} more files.</p> : null}
    </div>
  );
}

function languageOf(path: string): string | null {
  return /\.([\w-]+)$/.exec(path)?.[1] ?? null;
}

/** Values that come at once make files once. */
const settleMs = 400;

/** All that decides what a template becomes. */
function valuesOf({ type, needs }: LocalComponent, { outputs }: Given, inputs: ValuesByForm): string {
  return JSON.stringify([inputs, type === "template" || needs.outputs.length > 0 ? outputs : null]);
}

interface GenerateProps {
  component: LocalComponent;
  /** Those that the files would be made with now, as a text. */
  values: string;
  disabled: boolean;
}

/** Writes the files when somebody asks for it, and from then on whenever other values would change them. */
function Generate({ component, values, disabled }: GenerateProps) {
  const desk = useLocal();
  const queries = useQueryClient();
  const { id } = component;
  const [made, setMade] = useState<string | null>(null);
  const generate = useMutation({
    mutationFn: () => localApi.generate({ componentId: id, inputs: typedNow(desk, component) }),
    onMutate: () => setMade(values),
    onSuccess: () => queries.invalidateQueries({ queryKey: filesKey }),
    onError: (error) => {
      const { fields } = (error instanceof ApiError ? error.problem : {}) as { fields?: readonly ValueProblem[] };
      if (fields) desk.values.refuse(fields);
    },
  });
  const { mutate, isPending } = generate;
  useEffect(() => {
    if (made === null || made === values || isPending || disabled) return;
    // Whoever goes on typing is waited for.
    const soon = setTimeout(mutate, settleMs);
    return () => clearTimeout(soon);
  }, [made, values, isPending, disabled, mutate]);
  return (
    <div className="space-y-2.5 border-t border-line px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-3">
        <Button
          size="small"
          look="primary"
          icon="file"
          busy={generate.isPending}
          disabled={disabled}
          aria-label={`Generate ${id}`}
          onClick={() => desk.whenTrusted(() => generate.mutate())}
        >
          Generate
        </Button>
        <span role="status" className="min-w-0 flex-1 text-sm text-ink-soft">
          {generate.data ? wordsOf(generate.data) : null}
        </span>
      </div>
      {generate.error ? <Notice>{generate.error.message}</Notice> : null}
    </div>
  );
}

function wordsOf({ files: { created, changed, deleted, unchanged } }: TemplateChanges): string {
  const parts = [
    [created.length, "created"],
    [changed.length, "changed"],
    [deleted.length, "deleted"],
    [unchanged, "as they were"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${count.toLocaleString("en")} ${word}`);
  return told.length === 0 ? "No files." : `Files: ${told.join(", ")}.`;
}
