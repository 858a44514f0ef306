// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import type { ComponentType, LocalComponent, LocalRunbook } from "@/api/local-schema.ts";
import { componentOf, formOf, segmentOf } from "./stand-ins.ts";

const localApi = vi.hoisted(() => ({ run: vi.fn(), preview: vi.fn(), files: vi.fn(), prerequisites: vi.fn(), trust: vi.fn(), approve: vi.fn(), directories: vi.fn(), chooseDirectory: vi.fn(), generate: vi.fn() }));
vi.mock("@/api/local.ts", () => ({ localApi, localChanges: "/changes", localAsset: (path: string) => `/assets/${path}` }));

beforeAll(() => {
  // What jsdom has not.
  window.matchMedia = (media: string) =>
    ({ matches: false, media, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
  vi.stubGlobal("EventSource", class extends EventTarget { close = () => undefined; });
  HTMLDialogElement.prototype.showModal = function open(this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function shut(this: HTMLDialogElement) {
    this.open = false;
  };
});

beforeEach(() => {
  vi.resetAllMocks();
  localStorage.clear();
  localApi.preview.mockResolvedValue({ text: "rendered", missing: [], problems: [] });
  localApi.files.mockResolvedValue({ root: "/out", total: 0, truncated: false, files: [] });
  localApi.prerequisites.mockResolvedValue({ programs: [] });
});
afterEach(cleanup);

function scriptOf(over: Partial<LocalComponent>): LocalComponent {
  const executable = { id: "e1", script: "true", language: null, path: null, contentHash: "h", interpreter: "bash", timeoutMs: 1000, hasTerminal: false, mayWarn: false };
  return componentOf({ executable, ...over });
}

async function show(components: readonly LocalComponent[], over: Partial<LocalRunbook> = {}) {
  const { LocalView } = await import("./local-view.tsx");
  const runbook: LocalRunbook = {
    path: "/a.mdx",
    title: "A",
    mode: "open",
    backend: { name: "host", isolated: false },
    workingDir: "/",
    outputPath: "/out",
    trusted: true,
    abilities: { scripts: 1, commands: ["rm"], writesFiles: false, network: false, signIns: [] },
    contentHash: "h",
    segments: components.map(segmentOf),
    problems: [],
    drift: { documentChanged: false, hash: "h", items: [] },
    outputs: {},
    runs: {},
    ...over,
  };
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <LocalView runbook={runbook} />
    </QueryClientProvider>,
  );
}

it("every_component_has_a_card_and_none_breaks_the_page", async () => {
  const types: ComponentType[] = ["check", "command", "inputs", "template", "template_inline", "dir_picker", "git_clone", "aws_auth", "google_auth", "git_auth", "git_pull_request", "tf_module"];
  const unheard = componentOf({ id: "new", name: "New", type: "of_tomorrow" as ComponentType });
  await show([...types.map((type) => componentOf({ id: type, name: "It", type })), unheard]);
  for (const id of [...types, "new"]) expect(screen.getByRole("button", { name: `Copy the id ${id}` })).toBeTruthy();
  expect(screen.getByText(/knows no component <New>/)).toBeTruthy();
});

it("the_header_says_how_and_where_the_runbook_runs", async () => {
  await show([scriptOf({})], { mode: "watch_registry" });
  const header = screen.getByRole("region", { name: "About this runbook" });
  for (const words of ["watch without reload", "runs on this machine as you", "/a.mdx"]) expect(within(header).getByText(words)).toBeTruthy();
  expect(header.textContent).toContain("0 of 1 done");
});

it("nothing_is_sent_before_the_reader_trusts_the_document", async () => {
  await show([scriptOf({ id: "a" })], { trusted: false });
  fireEvent.click(screen.getByRole("button", { name: "Run a" }));
  const dialog = screen.getByRole("dialog", { name: "Do you trust this runbook?" });
  expect(within(dialog).getByText("They start rm.")).toBeTruthy();
  fireEvent.click(within(dialog).getByRole("button", { name: "Not now" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect([localApi.trust, localApi.run].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
});

it("a_wrong_signature_is_loud_and_a_good_one_names_who_signed", async () => {
  const bad = { verdict: "bad" as const, file: "a.mdx.sig", reason: "a.mdx is not what was signed" };
  await show([scriptOf({ id: "a" })], { trusted: false, signature: bad });
  expect(screen.getByRole("alert").textContent).toContain("a.mdx.sig: a.mdx is not what was signed.");
  fireEvent.click(screen.getByRole("button", { name: "Run a" }));
  expect(screen.getByRole("dialog").textContent).toContain("Its signature is wrong.");
  cleanup();
  await show([scriptOf({ id: "a" })], { signature: { verdict: "good", by: "ada@example.com" } });
  expect(screen.getByText("Signed by ada@example.com, whom you trust.")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});

it("a_script_waits_for_the_outputs_that_it_names", async () => {
  await show([scriptOf({ id: "b", needs: { inputs: [], outputs: [{ block: "a", output: "id" }] } })]);
  expect(screen.getByText("Waits for output id of a.")).toBeTruthy();
  const button = screen.getByRole<HTMLButtonElement>("button", { name: "Run b" });
  expect(button.disabled).toBe(true);
});

it("a_broken_component_says_why_and_others_work", async () => {
  const problem = { code: "no-script", severity: "error" as const, message: "script file not found: gone.sh", line: 7, column: 1 };
  await show([scriptOf({ id: "broken", problems: [problem] }), scriptOf({ id: "whole" })]);
  const broken = screen.getByRole("region", { name: "Command broken" });
  expect(within(broken).getByRole("alert").textContent).toContain("Script file not found: gone.sh");
  const disabled = ["Run broken", "Run whole"].map((name) => screen.getByRole<HTMLButtonElement>("button", { name }).disabled);
  expect(disabled).toEqual([true, false]);
});

it("what_has_drifted_is_shown_before_it_is_approved_by_its_hash", async () => {
  localApi.approve.mockReturnValue(new Promise(() => undefined));
  const items = [{ componentId: "a", kind: "changed" as const, approved: "echo old", now: "echo new" }];
  await show([scriptOf({ id: "a" })], { drift: { documentChanged: true, hash: "seen", items } });
  fireEvent.click(screen.getByRole("button", { name: "Show changes" }));
  const dialog = screen.getByRole("dialog");
  expect(dialog.textContent).toContain("− echo old");
  expect(dialog.textContent).toContain("+ echo new");
  fireEvent.click(within(dialog).getByRole("button", { name: "Re-approve" }));
  await vi.waitFor(() => expect(localApi.approve.mock.calls[0]?.[0]).toBe("seen"), { timeout: 30_000 });
});

it("typed_values_fill_the_words_and_the_request", async () => {
  const form = formOf("who", [{ name: "Name", default: "Ada" }]);
  await show([form, scriptOf({ id: "a", props: { inputsId: "who", title: "Greet {{ .inputs.Name }}" } })]);
  expect(screen.getByRole("heading", { name: "Greet Ada" })).toBeTruthy();
  localApi.run.mockReturnValue(new Promise(() => undefined));
  fireEvent.change(screen.getByLabelText("Name"), { target: { value: "Grace" } });
  fireEvent.click(screen.getByRole("button", { name: "Run a" }));
  expect(screen.getByRole("heading", { name: "Greet Grace" })).toBeTruthy();
  expect(localApi.run.mock.calls).toEqual([[{ executableId: "e1", inputs: { who: { Name: "Grace" } } }]]);
});

it("files_follow_what_is_typed_once_they_were_generated", async () => {
  localApi.generate.mockResolvedValue({ files: { created: ["a.txt"], changed: [], deleted: [], unchanged: 0 } });
  const note = componentOf({ id: "note", name: "TemplateInline", type: "template_inline", props: { inputsId: "who", generateFile: true } });
  await show([formOf("who", [{ name: "Name", default: "Ada" }]), note]);
  const sent = () => localApi.generate.mock.calls.map(([body]) => (body as { inputs: unknown }).inputs);
  const type = (value: string) => fireEvent.change(screen.getByLabelText("Name"), { target: { value } });
  type("Before");
  fireEvent.click(screen.getByRole("button", { name: "Generate note" }));
  await vi.waitFor(() => expect(screen.getByText("Files: 1 created.")).toBeTruthy(), { timeout: 30_000 });
  expect(sent()[0]).toEqual({ who: { Name: "Before" } });
  type("Grace");
  await vi.waitFor(() => expect(sent().at(-1)).toEqual({ who: { Name: "Grace" } }), { timeout: 30_000 });
});

it("a_directory_is_chosen_level_by_level_and_is_there_for_others", async () => {
  localApi.directories.mockImplementation(({ under }: { under: string }) => Promise.resolve({ directories: under === "" ? ["dev", "prod"] : [], truncated: false }));
  localApi.chooseDirectory.mockResolvedValue({ path: "dev" });
  const picker = componentOf({ id: "pick", name: "DirPicker", type: "dir_picker", props: { rootDir: ".", dirLabels: ["Account"] } });
  await show([picker, scriptOf({ id: "b", needs: { inputs: [], outputs: [{ block: "pick", output: "PATH" }] } })]);
  expect(screen.getByText("Waits for output PATH of pick.")).toBeTruthy();
  const select = await screen.findByRole<HTMLSelectElement>("combobox", { name: "Account" }, { timeout: 30_000 });
  expect([...select.options].map(({ value }) => value)).toEqual(["", "dev", "prod"]);
  fireEvent.change(select, { target: { value: "dev" } });
  const isChosen = () => {
    expect(screen.queryByText("Waits for output PATH of pick.")).toBeNull();
    expect(screen.getByRole("region", { name: "DirPicker pick" }).dataset["status"]).toBe("chosen");
    expect(screen.getByLabelText<HTMLInputElement>("Target Path").value).toBe("dev");
  };
  await vi.waitFor(isChosen, { timeout: 30_000 });
  expect(localApi.chooseDirectory.mock.calls[0]?.[0]).toEqual({ componentId: "pick", inputs: {}, path: "dev" });
});

it("a_picker_waits_for_its_clone_and_for_trust", async () => {
  const picker = componentOf({ id: "pick", name: "DirPicker", type: "dir_picker", props: { gitCloneId: "repo" } });
  const shown = await show([picker]);
  expect(screen.getByText("Waits for output clone_path of repo.")).toBeTruthy();
  shown.unmount();
  await show([componentOf({ ...picker, props: { rootDir: "." } })], { trusted: false });
  fireEvent.click(screen.getByRole("button", { name: "Show directories" }));
  expect(screen.getByRole("dialog", { name: "Do you trust this runbook?" })).toBeTruthy();
  expect(localApi.directories).not.toHaveBeenCalled();
});

it("a_module_is_named_with_the_variables_that_it_asks_for", async () => {
  const module = { source: "../bucket", folderName: "bucket", readmeTitle: "The *bucket*", outputs: ["arn"], resources: ["a.b", "a.c"] };
  await show([formOf("vars", [{ name: "name", required: true, section: null }], { name: "TfModule", type: "tf_module", module })]);
  const card = screen.getByRole("region", { name: "TfModule vars" });
  expect(within(card).getByRole("heading", { name: "The *bucket*" })).toBeTruthy();
  expect(card.textContent).toContain("../bucket, with 2 resources and 1 output");
  expect(within(card).getByLabelText("name (required)")).toBeTruthy();
});
