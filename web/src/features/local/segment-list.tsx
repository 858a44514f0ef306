import { memo } from "react";
import type { LocalComponent, Segment } from "@/api/local-schema.ts";
import { AdmonitionCard } from "./admonition-card.tsx";
import { isBroken } from "./components.ts";
import { DirPickerCard } from "./dir-picker-card.tsx";
import { InputsCard } from "./inputs-card.tsx";
import { useLocal } from "./local-context.ts";
import { PullRequestCard } from "./pull-request-card.tsx";
import { QuietCard } from "./quiet-card.tsx";
import { ScriptCard } from "./script-card.tsx";
import { SignInCard } from "./sign-in-card.tsx";
import { TemplateCard } from "./template-card.tsx";
import { TfModuleCard } from "./tf-module-card.tsx";
import { LocalProse } from "./words.tsx";

/** The document, or what is between the tags of a component, in its order. */
export function SegmentList({ segments }: { segments: readonly Segment[] }) {
  const keys = keysOf(segments);
  return (
    <div className="space-y-7">
      {segments.map((segment, at) =>
        segment.kind === "prose" ? <LocalProse key={keys[at]} markdown={segment.markdown} /> : <ComponentCard key={keys[at]} component={segment.component} />,
      )}
    </div>
  );
}

/** A component keeps its state while text changes around it, and prose its place between components. */
function keysOf(segments: readonly Segment[]): string[] {
  const counts = new Map<string, number>();
  return segments.map((segment) => {
    const name = segment.kind === "prose" ? "prose" : `${segment.component.name}:${segment.component.id}`;
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return `${name}:${count}`;
  });
}

const ComponentCard = memo(function ComponentCard({ component }: { component: LocalComponent }) {
  const { runbook } = useLocal();
  const { type, children } = component;
  switch (type) {
    case "check":
    case "command":
      return <ScriptCard component={component}>{nestedForms(children)}</ScriptCard>;
    case "inputs":
      return <InputsCard component={component} />;
    case "template":
    case "template_inline":
      return <TemplateCard component={component} />;
    case "admonition":
      return <AdmonitionCard component={component}>{children.length > 0 ? <SegmentList segments={children} /> : null}</AdmonitionCard>;
    case "aws_auth":
    case "google_auth":
    case "git_auth": {
      const signIn = runbook.signIns?.[component.id];
      if (signIn && !isBroken(component)) return <SignInCard component={component} signIn={signIn} />;
      return <QuietCard component={component} type={type}>{null}</QuietCard>;
    }
    case "git_clone":
      return (
        <ScriptCard component={component}>
          {component.form ? <InputsCard component={component} isNested /> : null}
        </ScriptCard>
      );
    case "git_pull_request":
      return <PullRequestCard component={component} />;
    case "dir_picker":
      return <DirPickerCard component={component} />;
    case "tf_module":
      return <TfModuleCard component={component} />;
    case "unknown":
      return (
        <QuietCard component={component} type={type}>
          {children.length > 0 ? <SegmentList segments={children} /> : null}
        </QuietCard>
      );
    default:
      // A newer server may know components that this page does not.
      return <QuietCard component={component} type="unknown">{null}</QuietCard>;
  }
});

/** A script shows the inputs in it; its other children are its author's mistake, and told as such. */
function nestedForms(children: readonly Segment[]) {
  return children.map((segment) =>
    segment.kind === "component" && segment.component.type === "inputs" ? <InputsCard key={segment.component.id} component={segment.component} isNested /> : null,
  );
}
