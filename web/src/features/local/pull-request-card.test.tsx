// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LocalComponent, LocalRunbook, Outputs } from "@/api/local-schema.ts";
import { LocalContext } from "./local-context.ts";
import { LocalRuns } from "./local-runs.ts";
import { LocalValues } from "./local-values.ts";
import { PullRequestCard } from "./pull-request-card.tsx";
import { componentOf, segmentOf, variableOf } from "./stand-ins.ts";

const localApi = vi.hoisted(() => {
  // What jsdom has not, and modules ask for as they are read.
  window.matchMedia = (media: string) =>
    ({ matches: false, media, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
  return { run: vi.fn(), preview: vi.fn() };
});
vi.mock("@/api/local.ts", () => ({ localApi }));

beforeEach(() => {
  vi.resetAllMocks();
  localApi.preview.mockReturnValue(new Promise(() => undefined));
  localApi.run.mockReturnValue(new Promise(() => undefined));
});
afterEach(cleanup);

const executable = { id: "e1", script: "true", language: "bash", path: null, contentHash: "h", interpreter: "bash", timeoutMs: 1000, hasTerminal: false, mayWarn: false };
const variables = [
  variableOf({ name: "pull_request_title", default: "More notes", required: true }),
  variableOf({ name: "pull_request_description", default: "## Why\n- so" }),
  variableOf({ name: "pull_request_labels", type: "list", default: ["one"] }),
  variableOf({ name: "branch_name", default: "" }),
];
const request = componentOf({
  id: "pr",
  name: "GitPullRequest",
  type: "git_pull_request",
  executable,
  form: { variables, sections: [{ name: "", variables: variables.map(({ name }) => name) }] },
});

function show(outputs: Outputs, others: readonly LocalComponent[] = []) {
  const components = [...others, request];
  const runs = new LocalRuns({ ended: () => undefined, drifted: () => undefined, refused: () => undefined });
  runs.adopt({ runs: {}, outputs });
  const values = new LocalValues("/a.mdx", null);
  values.adopt({ segments: components.map(segmentOf) });
  const runbook = { mode: "open", drift: { documentChanged: false, hash: null, items: [] } } as unknown as LocalRunbook;
  const desk = { runbook, components, values, runs, whenTrusted: (act: () => void) => act() };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <LocalContext value={desk}>
        <PullRequestCard component={request} />
      </LocalContext>
    </QueryClientProvider>,
  );
}

it("what_the_document_fills_in_is_shown_and_what_was_typed_is_sent", () => {
  show({});
  expect(screen.getByLabelText<HTMLTextAreaElement>("Description").value).toBe("## Why\n- so");
  expect(screen.queryByRole("link")).toBeNull();
  fireEvent.change(screen.getByLabelText("Title (required)"), { target: { value: "Fewer notes" } });
  fireEvent.click(screen.getByRole("button", { name: "Open pull request pr" }));
  expect(localApi.run.mock.calls).toEqual([[{ executableId: "e1", inputs: { pr: { pull_request_title: "Fewer notes" } } }]]);
});

it("once_it_is_open_it_is_a_link_and_clicks_push_to_its_branch", () => {
  show({ pr: { PR_ID: "7", PR_URL: "https://github.com/ada/notes/pull/7", PR_BRANCH: "more" } });
  expect(screen.getByRole<HTMLAnchorElement>("link", { name: "Pull request 7" }).href).toBe("https://github.com/ada/notes/pull/7");
  expect(screen.getByRole("button", { name: "Git push pr" })).toBeTruthy();
  fireEvent.change(screen.getByLabelText("Branch"), { target: { value: "another" } });
  expect(screen.getByRole("button", { name: "Open pull request pr" })).toBeTruthy();
});

it("what_is_no_page_is_no_link", () => {
  show({ pr: { PR_ID: "7", PR_URL: "javascript:alert(1)", PR_BRANCH: "more" } });
  expect(screen.queryByRole("link")).toBeNull();
});

it("it_says_that_there_is_no_clone_yet", () => {
  const clone = componentOf({ id: "copy", name: "GitClone", type: "git_clone" });
  show({}, [clone]);
  expect(screen.getByText("Clone a repository first.")).toBeTruthy();
  cleanup();
  show({ copy: { clone_path: "/tmp/x" } }, [clone]);
  expect(screen.queryByText("Clone a repository first.")).toBeNull();
});
