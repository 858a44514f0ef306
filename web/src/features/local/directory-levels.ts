/** The levels of a DirPicker: how many there are, and what each is called. */
import type { LocalComponent } from "@/api/local-schema.ts";

/** The directories of a path, from the root on. */
export function namesOf(path: string): string[] {
  return path.split("/").filter((it) => it !== "");
}

/** One more than are chosen, and no more than have labels unless its author allows it. */
export function levelCount(component: LocalComponent, chosen: number): number {
  const labels = labelsOf(component).length;
  const isBounded = labels > 0 && component.props["dirLabelsExtra"] !== true;
  return isBounded ? Math.min(chosen + 1, labels) : chosen + 1;
}

export function levelLabel(component: LocalComponent, level: number): string {
  return labelsOf(component)[level] ?? `Level ${level + 1}`;
}

function labelsOf({ props }: LocalComponent): string[] {
  const labels = props["dirLabels"];
  return Array.isArray(labels) ? labels.filter((it) => typeof it === "string") : [];
}
