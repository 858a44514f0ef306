/**
 * What the page of a local runbook and the server say to each other: a document of this machine, whose
 * components the server has parsed and checked.
 */
import type { Diagnostic, Execution } from "./schema.ts";
import type { LocalSignIn } from "./sign-in-schema.ts";

/** `open`: what was approved runs. `watch`: the disk runs. `watch_registry`: the disk is shown, and what was approved runs. */
export type LocalMode = "open" | "watch" | "watch_registry";

/** What the document can do, for whoever is asked to trust it. */
export interface Abilities {
  scripts: number;
  /** First words of what its scripts start. */
  commands: string[];
  writesFiles: boolean;
  network: boolean;
  signIns: string[];
}

export type InputKind = "string" | "int" | "float" | "bool" | "enum" | "list" | "map";

export interface FormVariable {
  name: string;
  type: InputKind;
  description: string;
  default: unknown;
  options: string[];
  sensitive: boolean;
  required: boolean;
  multiSelect: boolean;
  /** Fields of each entry of a map, with their kinds. */
  schema: Record<string, string> | null;
  instanceLabel: string | null;
  section: string | null;
}

export interface Form {
  variables: FormVariable[];
  sections: { name: string; variables: string[] }[];
}

export type ComponentType =
  | "check"
  | "command"
  | "inputs"
  | "template"
  | "template_inline"
  | "admonition"
  | "dir_picker"
  | "git_clone"
  | "aws_auth"
  | "google_auth"
  | "git_auth"
  | "git_pull_request"
  | "tf_module"
  | "unknown";

export interface LocalExecutable {
  id: string;
  script: string;
  language: string | null;
  path: string | null;
  contentHash: string;
  interpreter: string;
  timeoutMs: number;
  hasTerminal: boolean;
  mayWarn: boolean;
}

export interface OutputName {
  block: string;
  output: string;
}

export interface LocalComponent {
  id: string;
  /** The tag as it is written. */
  name: string;
  type: ComponentType;
  line: number;
  props: Record<string, unknown>;
  children: Segment[];
  problems: Diagnostic[];
  form?: Form | null;
  executable?: LocalExecutable | null;
  module?: LocalModule | null;
  needs: { inputs: string[]; outputs: OutputName[] };
  warnings: string[];
}

export type Segment = { kind: "prose"; markdown: string; line: number } | { kind: "component"; component: LocalComponent };

export interface DriftItem {
  componentId: string;
  kind: "added" | "changed" | "gone";
  approved: string | null;
  now: string | null;
}

export interface Drift {
  documentChanged: boolean;
  /** Of what the disk holds; null where it cannot be read. */
  hash: string | null;
  items: DriftItem[];
}

/** Values of inputs by name. */
export type Values = Record<string, unknown>;
/** Values of inputs, by the component that asks for them. */
export type ValuesByForm = Record<string, Values>;
/** What scripts gave, by component and name. */
export type Outputs = Record<string, Record<string, string>>;

/** What signatures say of the document; there is none where nobody signed it. */
export type LocalSignature =
  | { verdict: "good"; by: string }
  | { verdict: "partial"; by: string; missing: string }
  | { verdict: "unknown"; file: string; key: string }
  | { verdict: "bad"; file: string; reason: string };

export interface LocalRunbook {
  path: string;
  title: string;
  mode: LocalMode;
  backend: { name: string; isolated: boolean };
  workingDir: string;
  outputPath: string;
  /** Of a document from elsewhere. */
  source?: { url: string; reference: string; commit: string } | null;
  trusted: boolean;
  signature?: LocalSignature | null;
  abilities: Abilities;
  contentHash: string;
  segments: Segment[];
  problems: Diagnostic[];
  drift: Drift;
  /** Of components that sign in, by their id. */
  signIns?: Record<string, LocalSignIn>;
  outputs: Outputs;
  /** The last execution of each component. */
  runs: Record<string, Execution>;
}

/** What is executed: by what was approved, or, in mode `watch`, by its place in the document. */
export type NewLocalRun = ({ executableId: string } | { componentId: string }) & { inputs: ValuesByForm };

export interface LocalPreview {
  text: string | null;
  files?: Record<string, string> | null;
  missing: string[];
  problems: string[];
}

export interface DryRun {
  scripts: { componentId: string; text: string | null; missing: string[]; problems: string[] }[];
}

export interface TemplateChanges {
  files: { created: string[]; changed: string[]; deleted: string[]; unchanged: number };
}

export interface LocalFile {
  path: string;
  size: number;
}

export interface LocalFilePage {
  root: string;
  total: number;
  truncated: boolean;
  /** In the order of their paths. */
  files: LocalFile[];
}

export interface LocalFileContent {
  path: string;
  text: string | null;
  size: number;
  language: string | null;
  binary: boolean;
}

export interface Prerequisite {
  name: string;
  /** Null where it is not on the PATH. */
  found: string | null;
  neededBy: string[];
}

/** The directories of one level that a DirPicker offers. */
export interface LocalDirectories {
  directories: string[];
  /** Whether there are more. */
  truncated: boolean;
}

/** The OpenTofu module whose variables a TfModule asks for. */
export interface LocalModule {
  source: string;
  folderName: string;
  /** The heading of its README; empty without one. */
  readmeTitle: string;
  outputs: string[];
  resources: string[];
}

/** A value that the server does not take, as a refused run tells it. */
export interface ValueProblem {
  inputsId: string;
  name: string;
  message: string;
}
