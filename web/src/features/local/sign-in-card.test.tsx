// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LocalRunbook } from "@/api/local-schema.ts";
import type { AwsProfile, LocalSignIn, SignInFlow } from "@/api/sign-in-schema.ts";
import { LocalContext } from "./local-context.ts";
import { LocalRuns } from "./local-runs.ts";
import { LocalValues } from "./local-values.ts";
import { SignInCard } from "./sign-in-card.tsx";
import { componentOf, signInOf } from "./stand-ins.ts";

const localApi = vi.hoisted(() => ({
  signIn: vi.fn(),
  signOut: vi.fn(),
  findProgram: vi.fn(),
  checkSignIn: vi.fn(),
  beginSignIn: vi.fn(),
  cancelSignIn: vi.fn(),
  chooseInSignIn: vi.fn(),
}));
vi.mock("@/api/local.ts", () => ({ localApi, localChanges: "/changes", localAsset: (path: string) => `/assets/${path}` }));

/** Promises of these tests are kept within it or not at all. */
const patience = { timeout: 30_000 };

beforeEach(() => {
  vi.resetAllMocks();
  localStorage.clear();
  for (const call of Object.values(localApi)) call.mockReturnValue(new Promise(() => undefined));
});
afterEach(cleanup);

/** What was to be done once the document is trusted. */
let asked: (() => void) | null = null;

function show(signIn: Partial<LocalSignIn>, trusted = true) {
  asked = null;
  const component = componentOf({ id: "auth", name: "Auth", type: "git_auth" });
  const desk = {
    runbook: { trusted } as LocalRunbook,
    components: [component],
    values: new LocalValues("/a.mdx", localStorage),
    runs: new LocalRuns({ ended: vi.fn(), drifted: vi.fn(), refused: vi.fn() }),
    whenTrusted: (act: () => void) => (trusted ? act() : void (asked = act)),
  };
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <LocalContext value={desk}>
        <SignInCard component={component} signIn={signInOf(signIn)} />
      </LocalContext>
    </QueryClientProvider>,
  );
}

const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });
const called = (call: keyof typeof localApi) => vi.waitFor(() => expect(localApi[call]).toHaveBeenCalledTimes(1), patience).then(() => localApi[call].mock.calls[0]);

function profileOf(name: string, kind: AwsProfile["kind"], program: string | null = null): AwsProfile {
  return { name, region: null, kind, program };
}

it("a_key_that_was_typed_is_sent_once_and_kept_nowhere", async () => {
  show({ provider: "aws", host: null, environment: true, profiles: [profileOf("dev", "keys"), profileOf("empty", "other")] });
  expect([...screen.getByRole<HTMLSelectElement>("combobox", { name: "Profile" }).options].map(({ value }) => value)).toEqual(["dev"]);
  const secret = screen.getByLabelText<HTMLInputElement>("Secret access key");
  fireEvent.change(screen.getByLabelText("Access key id"), { target: { value: "AKIA" } });
  fireEvent.change(secret, { target: { value: "typed-secret" } });
  const form = secret.closest("form");
  if (form) fireEvent.submit(form);
  const [sent] = (await called("signIn")) ?? [];
  expect(sent).toEqual({ componentId: "auth", method: "keys", id: "AKIA", secret: "typed-secret", token: null, region: null });
  expect(secret.value).toBe("");
  expect(JSON.stringify([{ ...localStorage }, { ...sessionStorage }])).not.toContain("typed-secret");
});

it("who_is_signed_in_is_named_and_can_be_checked_and_sign_out", async () => {
  show({ account: "gh CLI, …cdef", check: { verdict: "valid", account: "octocat", scopes: ["repo", "gist"] } });
  expect(screen.getByRole("status").textContent).toContain("Signed in as octocat with gh CLI, …cdef, for blocks that name auth");
  expect(screen.getByText("They may: repo, gist")).toBeTruthy();
  expect(screen.queryByLabelText("Token")).toBeNull();
  fireEvent.click(button("Check auth"));
  expect(await called("checkSignIn")).toEqual(["auth"]);
});

it("credentials_that_do_not_count_any_more_say_so", () => {
  const { unmount } = show({ account: "typed token", check: { verdict: "refused", reason: "Bad credentials" } });
  expect(screen.getByRole("region", { name: "Auth auth" }).dataset.status).toBe("refused");
  expect(screen.getByText("The provider does not take them: Bad credentials")).toBeTruthy();
  unmount();
  const over = show({ account: "typed token", expiresAt: "2020-01-01T00:00:00Z" });
  expect(screen.getByRole("region", { name: "Auth auth" }).dataset.status).toBe("expired");
  expect(screen.getByText(/have expired/)).toBeTruthy();
  over.unmount();
  show({ account: "typed token", expiresAt: "2999-01-01T00:00:00Z", check: { verdict: "unknown", reason: "no network" } });
  expect(screen.getByRole("region", { name: "Auth auth" }).dataset.status).toBe("signed in");
  expect(screen.getByText("They could not be checked: no network")).toBeTruthy();
});

it("a_program_is_looked_for_once_the_document_is_trusted_and_used_once_the_reader_says_so", async () => {
  localApi.findProgram.mockResolvedValue({ found: { program: "gh", account: "octocat" } });
  const { unmount } = show({ asksProgram: true }, false);
  expect(localApi.findProgram).not.toHaveBeenCalled();
  unmount();
  show({ asksProgram: true });
  fireEvent.click(await screen.findByRole("button", { name: "Use gh, account octocat" }, patience));
  expect(await called("signIn")).toEqual([{ componentId: "auth", method: "command_line" }]);
});

it("nothing_is_asked_of_a_provider_before_the_document_is_trusted", async () => {
  show({ hasFlow: true, environment: true }, false);
  fireEvent.click(button("Sign in on a page of the provider"));
  fireEvent.click(button("Use the credentials of the environment"));
  expect([localApi.beginSignIn, localApi.signIn].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  asked?.();
  expect(await called("signIn")).toEqual([{ componentId: "auth", method: "environment" }]);
});

it("a_program_that_keeps_keys_is_named_before_it_is_run", async () => {
  show({ provider: "aws", profiles: [profileOf("kept", "process", "/opt/keeper"), profileOf("work", "sso")] });
  expect(screen.getByText("/opt/keeper")).toBeTruthy();
  fireEvent.click(button("Run it and use its keys"));
  expect(await called("signIn")).toEqual([{ componentId: "auth", method: "process", name: "kept" }]);
});

it("a_profile_of_identity_center_signs_in_on_its_page", async () => {
  show({ provider: "aws", profiles: [profileOf("work", "sso")] });
  fireEvent.click(button("Sign in with this profile"));
  expect(await called("beginSignIn")).toEqual(["auth", "work"]);
});

it("the_code_and_the_link_are_shown_while_the_provider_waits", async () => {
  const flow: SignInFlow = { state: "waiting", userCode: "WDJB-MJHT", link: "https://github.com/login/device", expiresAt: "2020-01-01T00:00:00Z" };
  show({ hasFlow: true, flow });
  expect(screen.getByText("WDJB-MJHT")).toBeTruthy();
  expect(button("Copy the code")).toBeTruthy();
  const link = screen.getByRole<HTMLAnchorElement>("link", { name: "Open github.com" });
  expect([link.href, link.target, link.rel]).toEqual(["https://github.com/login/device", "_blank", "noreferrer noopener"]);
  expect(screen.getByRole("timer").textContent).toBe("0:00 left");
  expect(screen.queryByLabelText("Token")).toBeNull();
  fireEvent.click(button("Cancel signing in to auth"));
  expect(await called("cancelSignIn")).toEqual(["auth"]);
});

it("an_account_and_then_a_role_is_chosen", async () => {
  const accounts = [{ id: "111", name: "dev" }, { id: "222", name: "" }];
  const { unmount } = show({ provider: "aws", flow: { state: "choosing", accounts, account: null, roles: [] } });
  fireEvent.change(screen.getByRole("combobox", { name: "Account" }), { target: { value: "222" } });
  fireEvent.click(button("Choose"));
  expect(await called("chooseInSignIn")).toEqual(["auth", { account: "222" }]);
  unmount();
  localApi.chooseInSignIn.mockClear();
  show({ provider: "aws", flow: { state: "choosing", accounts: [], account: "222", roles: ["admin", "reader"] } });
  expect(screen.getByRole("combobox", { name: "Role in 222" })).toBeTruthy();
  fireEvent.click(button("Choose"));
  expect(await called("chooseInSignIn")).toEqual(["auth", { role: "admin" }]);
});

it("a_flow_that_failed_says_why_and_can_be_begun_again", () => {
  show({ hasFlow: true, host: "git.example.com", flow: { state: "failed", reason: "nobody agreed in time" } });
  expect(screen.getByRole("heading", { name: "Sign in to GitHub at git.example.com" })).toBeTruthy();
  expect(screen.getByRole("alert").textContent).toBe("nobody agreed in time");
  expect(button("Sign in on a page of the provider")).toBeTruthy();
});
