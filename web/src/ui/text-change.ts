/** How editors speak of changes to those who hold the text. */
import { Annotation } from "@codemirror/state";

export interface TextChange {
  from: number;
  to: number;
  insert: string;
}

/** Marks what comes from elsewhere, so that it is not sent back there. */
export const fromElsewhere = Annotation.define<boolean>();
