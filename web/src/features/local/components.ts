/** Finding one's way in the components of a document. */
import type { FormVariable, LocalComponent, Segment, Values, ValuesByForm } from "@/api/local-schema.ts";
import { sameId } from "./fill.ts";

/** All components, those within others after the ones around them. */
export function componentsOf(segments: readonly Segment[]): LocalComponent[] {
  return segments.flatMap((segment) => (segment.kind === "component" ? [segment.component, ...componentsOf(segment.component.children)] : []));
}

/** Those that a click runs. */
export function scriptsOf(components: readonly LocalComponent[]): LocalComponent[] {
  return components.filter((it) => it.type === "check" || it.type === "command");
}

export function textProp(component: LocalComponent, name: string): string | null {
  const value = component.props[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** Whether something is wrong that keeps it from acting. */
export function isBroken(component: LocalComponent): boolean {
  return component.problems.some((it) => it.severity === "error");
}

/**
 * The forms whose values a component gets, the least important first: those that it names, each after those that it
 * names in turn, its own, and the ones inside it.
 */
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

/** What the words of a component are filled in with: later forms win. Defaults that are templates are the server's to compute. */
export function mergedValues(forms: readonly LocalComponent[], typed: ValuesByForm): Values {
  const merged: Values = {};
  for (const { id, form } of forms) {
    for (const variable of form?.variables ?? []) {
      const value = typed[id]?.[variable.name] ?? defaultOf(variable);
      if (value !== undefined) merged[variable.name] = value;
    }
  }
  return merged;
}

/** The value without anybody's doing; undefined where there is none to show. */
export function defaultOf(variable: FormVariable): unknown {
  return isComputed(variable) ? undefined : (variable.default ?? undefined);
}

/** Whether its default depends on other values. */
export function isComputed({ default: value }: FormVariable): boolean {
  return value !== null && value !== undefined && JSON.stringify(value).includes("{{");
}

/** What was typed into these forms. Untouched fields are left to the server, which knows their defaults. */
export function typedIn(forms: readonly LocalComponent[], typed: ValuesByForm): ValuesByForm {
  return Object.fromEntries(forms.flatMap(({ id }) => (typed[id] ? [[id, typed[id]]] : [])));
}
