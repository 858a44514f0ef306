/** What the page of a local runbook and the server say to each other about components that sign in. */

/** A component that signs in: whether somebody is, and with what this machine could. */
export interface LocalSignIn {
  /** Where the credentials are from; null before anybody has signed in. */
  account: string | null;
  provider: "aws" | "google" | "github" | "gitlab";
  /** Where the document says that a token is for. */
  host: string | null;
  environment: boolean;
  profiles: AwsProfile[];
  /** Whose default credentials Google's tools have. */
  defaultCredentials: string | null;
  /** Components that have given credentials. */
  blocks: string[];
  /** Whether a program of the provider's may be asked, which takes a moment. */
  asksProgram: boolean;
  /** Whether somebody can sign in on a page of the provider's. */
  hasFlow: boolean;
  flow: SignInFlow | null;
  check: SignInCheck | null;
  expiresAt: string | null;
}

export interface AwsProfile {
  name: string;
  region: string | null;
  kind: "keys" | "sso" | "process" | "other";
  /** That keeps its keys. */
  program: string | null;
}

/** Somebody signs in on a page of the provider's. */
export type SignInFlow =
  | { state: "starting" }
  | { state: "waiting"; userCode: string | null; link: string; expiresAt: string }
  | { state: "choosing"; accounts: { id: string; name: string }[]; account: string | null; roles: string[] }
  | { state: "failed"; reason: string };

/** What the provider says of the credentials. */
export type SignInCheck =
  | { verdict: "valid"; account: string; scopes: string[] }
  | { verdict: "refused"; reason: string }
  | { verdict: "unknown"; reason: string };

export type SignInMethod =
  | { method: "environment" | "command_line" | "default_credentials" }
  | { method: "profile" | "process"; name: string }
  | { method: "block"; id: string }
  | { method: "keys"; id: string; secret: string; token: string | null; region: string | null }
  | { method: "token"; token: string };

export type SignInChoice = { account: string } | { role: string };

/** A program of this machine that is signed in. */
export interface SignedInProgram {
  program: string;
  account: string | null;
}
