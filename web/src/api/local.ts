/** The routes of a local runbook: one function each, as in `client.ts`. */
import { json } from "./client.ts";
import type {
  DryRun,
  LocalDirectories,
  LocalFileContent,
  LocalFilePage,
  LocalPreview,
  LocalRunbook,
  NewLocalRun,
  Prerequisite,
  TemplateChanges,
  ValuesByForm,
} from "./local-schema.ts";
import type { Execution } from "./schema.ts";
import type { SignedInProgram, SignInChoice, SignInMethod } from "./sign-in-schema.ts";

const root = "/api/local";

export const localApi = {
  runbook: (signal?: AbortSignal) => json<LocalRunbook>(root, { signal }),
  run: (body: NewLocalRun) => json<Execution>(`${root}/runs`, { method: "POST", body }),
  preview: (body: { componentId: string; inputs: ValuesByForm }, signal?: AbortSignal) =>
    json<LocalPreview>(`${root}/preview`, { method: "POST", body, signal }),
  dryRun: (inputs: ValuesByForm, signal?: AbortSignal) => json<DryRun>(`${root}/dry-run`, { method: "POST", body: { inputs }, signal }),
  generate: (body: { componentId: string; inputs: ValuesByForm }) => json<TemplateChanges>(`${root}/templates`, { method: "POST", body }),
  /** `under` is relative to the root of the picker. */
  directories: (body: { componentId: string; inputs: ValuesByForm; under: string }, signal?: AbortSignal) =>
    json<LocalDirectories>(`${root}/directories`, { method: "POST", body, signal }),
  chooseDirectory: (body: { componentId: string; inputs: ValuesByForm; path: string }) =>
    json<{ path: string }>(`${root}/directories/chosen`, { method: "POST", body }),
  /** The files behind `cursor`, which is a path. */
  files: (cursor: string | null, signal?: AbortSignal) =>
    json<LocalFilePage>(`${root}/files${cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`}`, { signal }),
  file: (path: string, signal?: AbortSignal) =>
    json<LocalFileContent>(`${root}/files/content?path=${encodeURIComponent(path)}`, { signal }),
  deleteFiles: () => json<{ deleted: number }>(`${root}/files`, { method: "DELETE" }),
  /** `hash` is of what the reader was shown. */
  approve: (hash: string) => json<LocalRunbook>(`${root}/approve`, { method: "POST", body: { hash } }),
  trust: (contentHash: string) => json<void>(`${root}/trust`, { method: "POST", body: { contentHash } }),
  signIn: (body: { componentId: string } & SignInMethod) => json<{ account: string }>(`${root}/sign-ins`, { method: "POST", body }),
  signOut: (component: string) => json<void>(signInPath(component), { method: "DELETE" }),
  /** Runs the provider's program for that; nothing is taken. */
  findProgram: (component: string, signal?: AbortSignal) =>
    json<{ found: SignedInProgram | null }>(`${signInPath(component)}/program`, { method: "POST", body: {}, signal }),
  checkSignIn: (component: string) => json<void>(`${signInPath(component)}/check`, { method: "POST", body: {} }),
  beginSignIn: (component: string, profile: string | null) => json<void>(`${signInPath(component)}/flow`, { method: "POST", body: { profile } }),
  cancelSignIn: (component: string) => json<void>(`${signInPath(component)}/flow`, { method: "DELETE" }),
  chooseInSignIn: (component: string, body: SignInChoice) => json<void>(`${signInPath(component)}/flow/choice`, { method: "POST", body }),
  prerequisites: (signal?: AbortSignal) => json<{ programs: Prerequisite[] }>(`${root}/prerequisites`, { signal }),
};

function signInPath(component: string): string {
  return `${root}/sign-ins/${encodeURIComponent(component)}`;
}

/** Where the page hears that the document changed on the disk. */
export const localChanges = `${root}/changes`;

/** A file beside the document, such as a picture in it. */
export function localAsset(path: string): string {
  return `${root}/assets/${path.split("/").map(encodeURIComponent).join("/")}`;
}
