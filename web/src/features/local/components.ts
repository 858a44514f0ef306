/** Finding one's way in the components of a document. */
import type { FormVariable, LocalComponent, Segment, Values, ValuesByForm } from "@/api/local-schema.ts";
import { textOf } from "./field-values.ts";
import { fillPlain, sameId, type Given } from "./fill.ts";

/** All components, those within others after the ones around them. */
export function componentsOf(segments: readonly Segment[]): LocalComponent[] {
  return segments.flatMap((segment) => (segment.kind === "component" ? [segment.component, ...componentsOf(segment.component.children)] : []));
}

/** Those that a click runs. */
export function scriptsOf(components: readonly LocalComponent[]): LocalComponent[] {
  return components.filter((it) => it.type === "check" || it.type === "command" || it.type === "git_clone" || it.type === "git_pull_request");
}

export function textProp(component: LocalComponent, name: string): string | null {
  const value = component.props[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** Whether something is wrong that keeps it from acting. */
export function isBroken(component: LocalComponent): boolean {
  return component.problems.some((it) => it.severity === "error");
}

/** The forms that have a say in what a component gets: its own, those inside it, and those that any of them names. */
export function formsFor(component: LocalComponent, all: readonly LocalComponent[]): LocalComponent[] {
  const found: LocalComponent[] = [];
  const visit = (it: LocalComponent) => {
    if (seen.has(it)) return;
    seen.add(it);
    for (const id of namedBy(it)) {
      const named = all.find((other) => other.id !== "" && sameId(other.id, id));
      if (named) visit(named);
    }
    if (it.form) found.push(it);
  };
  const seen = new Set<LocalComponent>();
  visit(component);
  for (const inner of componentsOf(component.children)) visit(inner);
  return found;
}

function namedBy({ props }: LocalComponent): string[] {
  const named = props["inputsId"];
  if (typeof named === "string") return [named];
  return Array.isArray(named) ? named.filter((it) => typeof it === "string") : [];
}

/**
 * What the words of a component are filled in with, as the server merges it: of the forms that it names later ones win,
 * those inside it win over all, and a form keeps what it inherits. Defaults that are templates are the server's to compute.
 */
export function valuesFor(component: LocalComponent, all: readonly LocalComponent[], typed: ValuesByForm): Values {
  return component.form ? givenBy(component, all, typed, []) : inheritedBy(component, all, typed);
}

/** What a component gets from the forms that it names, and from those inside it. */
export function inheritedBy(component: LocalComponent, all: readonly LocalComponent[], typed: ValuesByForm, within: readonly LocalComponent[] = []): Values {
  // Forms may name each other in a circle.
  if (within.includes(component)) return {};
  const named = namedBy(component).flatMap((id) => all.find((it) => it.id !== "" && sameId(it.id, id)) ?? []);
  const inside = componentsOf(component.children).filter((it) => it.type === "inputs");
  return Object.assign({}, ...[...named, ...inside].map((it) => givenBy(it, all, typed, [...within, component]))) as Values;
}

/** Words show that a sensitive value is there, and not which. */
const hidden = "***";

function givenBy(source: LocalComponent, all: readonly LocalComponent[], typed: ValuesByForm, within: readonly LocalComponent[]): Values {
  const own = (source.form?.variables ?? []).flatMap((variable) => {
    const value = typed[source.id]?.[variable.name] ?? defaultOf(variable);
    return value === undefined ? [] : [[variable.name, variable.sensitive && value !== "" ? hidden : value] as const];
  });
  return { ...Object.fromEntries(own), ...inheritedBy(source, all, typed, within) };
}

/** The value without anybody's doing; undefined where there is none to show. */
export function defaultOf(variable: FormVariable): unknown {
  return isComputed(variable) ? undefined : (variable.default ?? undefined);
}

/** Whether its default depends on other values. */
export function isComputed({ default: value }: FormVariable): boolean {
  return value !== null && value !== undefined && JSON.stringify(value).includes("{{");
}

/** A variable whose default says what it depends on, as far as that is known. */
export function withFilledDefault(variable: FormVariable, given: Given): FormVariable {
  if (variable.type !== "string" || !isComputed(variable)) return variable;
  return { ...variable, default: fillPlain(textOf(variable.default), given) };
}

/** What was typed into these forms. Untouched fields are left to the server, which knows their defaults. */
export function typedIn(forms: readonly LocalComponent[], typed: ValuesByForm): ValuesByForm {
  return Object.fromEntries(forms.flatMap(({ id }) => (typed[id] ? [[id, typed[id]]] : [])));
}
