/** Made by `npm run generate` of crates/server/schema.graphql and src/api/agents.graphql. Do not edit. */
import type { Document } from "../graphql.ts";

export interface ApprovalDecision {
  verdict: Verdict;
  why?: string | null;
}

export type BranchState = "OPEN" | "MERGED" | "CLOSED";

export interface ContextFileInput {
  text: string;
  repository?: string | null;
  scope?: Scope | null;
}

export interface ExecuteTarget {
  next?: boolean | null;
  step?: string | null;
  through?: string | null;
  all?: boolean | null;
}

export type ForgeKind = "GITHUB" | "GITLAB" | "GIT";

export interface LearningInput {
  pattern: string;
  solution: string;
  files?: string[] | null;
}

export type Lifecycle = "ACTIVE" | "PAUSED" | "ARCHIVED";

export interface McpServerInput {
  name: string;
  config: unknown;
  enabled?: boolean | null;
  scope?: Scope | null;
}

export interface NewAgentSession {
  repository: string;
  prompt: string;
  title?: string | null;
  template?: string | null;
  settings?: SettingsInput | null;
}

export type PauseReason = "ASKED" | "IDLE" | "BUDGET";

export interface PersonaInput {
  name: string;
  phase?: Phase | null;
  instructions: string;
  scope?: Scope | null;
}

export type Phase = "PLANNING" | "EXECUTING";

export type PullMode = "STACKED" | "SINGLE" | "MANUAL";

export type PullRequestChoice = "STACKED_REQUEST" | "SAME_BRANCH" | "NEW_BRANCH" | "CANCEL_REST";

export type Readiness = "DRAFT" | "ASKED" | "READY";

export interface RepositoryInput {
  address: string;
  forge: ForgeKind;
  api?: string | null;
  secret?: string | null;
  scope?: Scope | null;
  app?: boolean | null;
}

export type SandboxState = "NONE" | "UP" | "PAUSED";

export type Scope = "MINE" | "HUB";

export type SessionStatus = "GENERATING_STEPS" | "NOT_STARTED" | "IN_PROGRESS" | "PARTIALLY_COMPLETED" | "FAILED" | "COMPLETED";

export interface SettingsInput {
  targetBranch?: string | null;
  pullMode?: PullMode | null;
  draft?: boolean | null;
  oneShot?: boolean | null;
  checkRepairs?: number | null;
  ciAttempts?: number | null;
  idleMinutes?: number | null;
  budget?: number | null;
  model?: string | null;
  planner?: string | null;
  developer?: string | null;
}

export type Speaker = "AGENT" | "THOUGHT" | "HELPER";

export type Stage = "PREPARING" | "WORKING" | "CHECKING" | "DELIVERING" | "RECOVERING" | "WAITING" | "STOPPING";

export type StepState = "NOT_STARTED" | "QUEUED" | "IN_PROGRESS" | "COMPLETED" | "FAILED";

export interface TemplateInput {
  title: string;
  category: string;
  text: string;
  scope?: Scope | null;
}

export interface ToolListsInput {
  allow: string[];
  deny: string[];
  unlisted: Unlisted;
}

export type Unlisted = "ASK" | "DENY";

export type Verdict = "ALLOW" | "ALLOW_FOR_SESSION" | "DENY";

export type WorkKind = "TURN" | "STEP" | "REVISION" | "REVERT" | "OPEN_REQUEST";

export interface Viewer {
  id: string;
  name: string;
  isAdministrator: boolean;
  agentsUnavailable: string | null;
}

export interface Person {
  id: string;
  name: string;
}

export interface Repository {
  id: string;
  address: string;
  name: string;
  forge: ForgeKind;
  api: string | null;
  secret: string | null;
  defaultBranch: string | null;
}

export interface StepCounts {
  total: number;
  notStarted: number;
  queued: number;
  inProgress: number;
  completed: number;
  failed: number;
}

export interface AgentSessionSummary {
  id: string;
  title: string;
  repository: Repository | null;
  owner: Person;
  status: SessionStatus;
  lifecycle: Lifecycle;
  needsAttention: boolean;
  steps: StepCounts;
  createdAt: number;
  lastAt: number;
}

export interface Settings {
  targetBranch: string;
  pullMode: PullMode;
  draft: boolean;
  oneShot: boolean;
  checkRepairs: number;
  ciAttempts: number;
  idleMinutes: number;
  budget: number | null;
  model: string | null;
  planner: string | null;
  developer: string | null;
}

export interface Step {
  number: string;
  title: string;
  depth: number;
  body: string;
  isLeaf: boolean;
  state: StepState;
  failure: string | null;
  commit: string | null;
  checks: number;
}

export interface Plan {
  version: number;
  text: string;
  title: string | null;
  approved: boolean;
  steps: Step[];
}

export interface PlanVersion {
  number: number;
  text: string;
  author: string;
  at: number;
}

export interface Proposal {
  id: number;
  text: string;
  base: number;
}

export interface Comment {
  id: number;
  by: Person;
  at: number;
  step: string | null;
  text: string;
}

export interface Work {
  id: number;
  kind: WorkKind;
  step: string | null;
  branch: number | null;
  text: string | null;
  by: Person | null;
  stage: Stage | null;
  until: number | null;
  repairs: number;
  retries: number;
}

export interface Approval {
  id: number;
  at: number;
  tool: string;
  input: string;
  pattern: string | null;
}

export interface Asked {
  text: string;
  options: string[];
}

export interface Question {
  id: number;
  at: number;
  asked: Asked[];
}

export interface PullRequest {
  number: number;
  url: string;
}

export interface Branch {
  id: number;
  name: string;
  base: string;
  head: string;
  url: string | null;
  steps: string[];
  pullRequest: PullRequest | null;
  readiness: Readiness;
  state: BranchState;
  ciAttempts: number;
  lastPushBy: string;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cost: number;
}

export interface AgentSession {
  id: string;
  title: string;
  origin: string;
  cloneOf: string | null;
  repository: Repository;
  owner: Person;
  people: Person[];
  seq: number;
  createdAt: number;
  lastAt: number;
  status: SessionStatus;
  lifecycle: Lifecycle;
  pauseReason: PauseReason | null;
  phase: Phase;
  settings: Settings;
  plan: Plan | null;
  versions: PlanVersion[];
  proposal: Proposal | null;
  comments: Comment[];
  running: Work | null;
  queue: Work[];
  approvals: Approval[];
  questions: Question[];
  choiceAfter: string | null;
  branches: Branch[];
  usage: Usage;
  sandbox: SandboxState;
}

export interface AgentEvent {
  type: "AgentEvent";
  seq: number;
  at: number;
  body: unknown;
}

export interface Delta {
  type: "Delta";
  fence: number;
  speaker: Speaker;
  text: string;
}

export interface StepDiff {
  step: string;
  diff: string;
  truncated: boolean;
}

export interface Persona {
  id: string;
  name: string;
  phase: Phase | null;
  instructions: string;
  scope: Scope;
  builtIn: boolean;
}

export interface ContextFile {
  id: string;
  title: string;
  text: string;
  paths: string[];
  repository: string | null;
  scope: Scope;
}

export interface McpServer {
  id: string;
  name: string;
  config: unknown;
  scope: Scope;
  enabled: boolean;
}

export interface ToolLists {
  allow: string[];
  deny: string[];
  unlisted: Unlisted;
}

export interface ToolPolicy {
  planning: ToolLists;
  executing: ToolLists;
  isDefault: boolean;
}

export interface Learning {
  id: string;
  pattern: string;
  solution: string;
  files: string[];
  session: string | null;
  uses: number;
  at: number;
}

export interface Template {
  id: string;
  title: string;
  category: string;
  text: string;
  scope: Scope;
  uses: number;
  version: number;
}

export interface ToolInfo {
  name: string;
  description: string;
}

export interface ToolList {
  server: string;
  tools: ToolInfo[];
}

const viewerFields = "fragment Viewer on Viewer{id name isAdministrator agentsUnavailable}";
const personFields = "fragment Person on Person{id name}";
const repositoryFields = "fragment Repository on Repository{id address name forge api secret defaultBranch}";
const stepCountsFields = "fragment StepCounts on StepCounts{total notStarted queued inProgress completed failed}";
const agentSessionSummaryFields = "fragment AgentSessionSummary on AgentSessionSummary{id title repository{...Repository}owner{...Person}status lifecycle needsAttention steps{...StepCounts}createdAt lastAt}";
const settingsFields = "fragment Settings on Settings{targetBranch pullMode draft oneShot checkRepairs ciAttempts idleMinutes budget model planner developer}";
const stepFields = "fragment Step on Step{number title depth body isLeaf state failure commit checks}";
const planFields = "fragment Plan on Plan{version text title approved steps{...Step}}";
const planVersionFields = "fragment PlanVersion on PlanVersion{number text author at}";
const proposalFields = "fragment Proposal on Proposal{id text base}";
const commentFields = "fragment Comment on Comment{id by{...Person}at step text}";
const workFields = "fragment Work on Work{id kind step branch text by{...Person}stage until repairs retries}";
const approvalFields = "fragment Approval on Approval{id at tool input pattern}";
const askedFields = "fragment Asked on Asked{text options}";
const questionFields = "fragment Question on Question{id at asked{...Asked}}";
const pullRequestFields = "fragment PullRequest on PullRequest{number url}";
const branchFields = "fragment Branch on Branch{id name base head url steps pullRequest{...PullRequest}readiness state ciAttempts lastPushBy}";
const usageFields = "fragment Usage on Usage{inputTokens outputTokens cost}";
const agentSessionFields = "fragment AgentSession on AgentSession{id title origin cloneOf repository{...Repository}owner{...Person}people{...Person}seq createdAt lastAt status lifecycle pauseReason phase settings{...Settings}plan{...Plan}versions{...PlanVersion}proposal{...Proposal}comments{...Comment}running{...Work}queue{...Work}approvals{...Approval}questions{...Question}choiceAfter branches{...Branch}usage{...Usage}sandbox}";
const agentEventFields = "fragment AgentEvent on AgentEvent{type:__typename seq at body}";
const deltaFields = "fragment Delta on Delta{type:__typename fence speaker text}";
const stepDiffFields = "fragment StepDiff on StepDiff{step diff truncated}";
const personaFields = "fragment Persona on Persona{id name phase instructions scope builtIn}";
const contextFileFields = "fragment ContextFile on ContextFile{id title text paths repository scope}";
const mcpServerFields = "fragment McpServer on McpServer{id name config scope enabled}";
const toolListsFields = "fragment ToolLists on ToolLists{allow deny unlisted}";
const toolPolicyFields = "fragment ToolPolicy on ToolPolicy{planning{...ToolLists}executing{...ToolLists}isDefault}";
const learningFields = "fragment Learning on Learning{id pattern solution files session uses at}";
const templateFields = "fragment Template on Template{id title category text scope uses version}";
const toolInfoFields = "fragment ToolInfo on ToolInfo{name description}";
const toolListFields = "fragment ToolList on ToolList{server tools{...ToolInfo}}";

export const viewer: Document<{ viewer: Viewer }, Record<string, never>> = { text: "query Viewer{viewer{...Viewer}}" + viewerFields };
export const agentSession: Document<{ agentSession: AgentSession | null }, { id: string }> = { text: "query AgentSession($id:ID!){agentSession(id:$id){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const agentSessions: Document<{ agentSessions: { items: AgentSessionSummary[]; next: string | null } }, { archived?: boolean | null; search?: string | null; after?: string | null }> = { text: "query AgentSessions($archived:Boolean$search:String$after:String){agentSessions(archived:$archived search:$search after:$after){items{...AgentSessionSummary}next}}" + agentSessionSummaryFields + repositoryFields + personFields + stepCountsFields };
export const stepDiff: Document<{ stepDiff: StepDiff | null }, { session: string; step: string }> = { text: "query StepDiff($session:ID!$step:String!){stepDiff(session:$session step:$step){...StepDiff}}" + stepDiffFields };
export const repositories: Document<{ repositories: Repository[] }, Record<string, never>> = { text: "query Repositories{repositories{...Repository}}" + repositoryFields };
export const personas: Document<{ personas: Persona[] }, Record<string, never>> = { text: "query Personas{personas{...Persona}}" + personaFields };
export const contextFiles: Document<{ contextFiles: ContextFile[] }, Record<string, never>> = { text: "query ContextFiles{contextFiles{...ContextFile}}" + contextFileFields };
export const mcpServers: Document<{ mcpServers: McpServer[] }, Record<string, never>> = { text: "query McpServers{mcpServers{...McpServer}}" + mcpServerFields };
export const toolPolicy: Document<{ toolPolicy: ToolPolicy }, Record<string, never>> = { text: "query ToolPolicy{toolPolicy{...ToolPolicy}}" + toolPolicyFields + toolListsFields };
export const learnings: Document<{ learnings: Learning[] }, { search?: string | null }> = { text: "query Learnings($search:String){learnings(search:$search){...Learning}}" + learningFields };
export const secretNames: Document<{ secretNames: string[] }, Record<string, never>> = { text: "query SecretNames{secretNames}" };
export const models: Document<{ models: string[] }, Record<string, never>> = { text: "query Models{models}" };
export const people: Document<{ people: Person[] }, { search: string }> = { text: "query People($search:String!){people(search:$search){...Person}}" + personFields };
export const templates: Document<{ templates: Template[] }, Record<string, never>> = { text: "query Templates{templates{...Template}}" + templateFields };
export const openAgentSession: Document<{ session: AgentSession }, { input: NewAgentSession }> = { text: "mutation OpenAgentSession($input:NewAgentSession!){session:openAgentSession(input:$input){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const cloneAgentSession: Document<{ session: AgentSession }, { session: string }> = { text: "mutation CloneAgentSession($session:ID!){session:cloneAgentSession(session:$session){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const renameAgentSession: Document<{ session: AgentSession }, { session: string; title: string }> = { text: "mutation RenameAgentSession($session:ID!$title:String!){session:renameAgentSession(session:$session title:$title){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const say: Document<{ session: AgentSession }, { session: string; text: string }> = { text: "mutation Say($session:ID!$text:String!){session:say(session:$session text:$text){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const savePlan: Document<{ session: AgentSession }, { session: string; expectedVersion: number; text: string }> = { text: "mutation SavePlan($session:ID!$expectedVersion:Int!$text:String!){session:savePlan(session:$session expectedVersion:$expectedVersion text:$text){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const editStep: Document<{ session: AgentSession }, { session: string; expectedVersion: number; step: string; text: string }> = { text: "mutation EditStep($session:ID!$expectedVersion:Int!$step:String!$text:String!){session:editStep(session:$session expectedVersion:$expectedVersion step:$step text:$text){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const deleteStep: Document<{ session: AgentSession }, { session: string; expectedVersion: number; step: string }> = { text: "mutation DeleteStep($session:ID!$expectedVersion:Int!$step:String!){session:deleteStep(session:$session expectedVersion:$expectedVersion step:$step){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const rollBackPlan: Document<{ session: AgentSession }, { session: string; expectedVersion: number; to: number }> = { text: "mutation RollBackPlan($session:ID!$expectedVersion:Int!$to:Int!){session:rollBackPlan(session:$session expectedVersion:$expectedVersion to:$to){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const settleProposal: Document<{ session: AgentSession }, { session: string; proposal: number; accept: boolean }> = { text: "mutation SettleProposal($session:ID!$proposal:Int!$accept:Boolean!){session:settleProposal(session:$session proposal:$proposal accept:$accept){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const commentStep: Document<{ session: AgentSession }, { session: string; step: string; text: string }> = { text: "mutation CommentStep($session:ID!$step:String!$text:String!){session:commentStep(session:$session step:$step text:$text){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const resolveComment: Document<{ session: AgentSession }, { session: string; comment: number }> = { text: "mutation ResolveComment($session:ID!$comment:Int!){session:resolveComment(session:$session comment:$comment){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const approvePlan: Document<{ session: AgentSession }, { session: string; expectedVersion: number }> = { text: "mutation ApprovePlan($session:ID!$expectedVersion:Int!){session:approvePlan(session:$session expectedVersion:$expectedVersion){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const execute: Document<{ session: AgentSession }, { session: string; expectedVersion: number; target: ExecuteTarget }> = { text: "mutation Execute($session:ID!$expectedVersion:Int!$target:ExecuteTarget!){session:execute(session:$session expectedVersion:$expectedVersion target:$target){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const retryStep: Document<{ session: AgentSession }, { session: string; step: string }> = { text: "mutation RetryStep($session:ID!$step:String!){session:retryStep(session:$session step:$step){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const stop: Document<{ session: AgentSession }, { session: string }> = { text: "mutation Stop($session:ID!){session:stop(session:$session){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const revert: Document<{ session: AgentSession }, { session: string; from: string }> = { text: "mutation Revert($session:ID!$from:String!){session:revert(session:$session from:$from){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const revise: Document<{ session: AgentSession }, { session: string; branch: number; text: string }> = { text: "mutation Revise($session:ID!$branch:Int!$text:String!){session:revise(session:$session branch:$branch text:$text){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const decide: Document<{ session: AgentSession }, { session: string; approval: number; decision: ApprovalDecision }> = { text: "mutation Decide($session:ID!$approval:Int!$decision:ApprovalDecision!){session:decide(session:$session approval:$approval decision:$decision){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const answer: Document<{ session: AgentSession }, { session: string; question: number; answers: string[] }> = { text: "mutation Answer($session:ID!$question:Int!$answers:[String!]!){session:answer(session:$session question:$question answers:$answers){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const choose: Document<{ session: AgentSession }, { session: string; choice: PullRequestChoice }> = { text: "mutation Choose($session:ID!$choice:PullRequestChoice!){session:choose(session:$session choice:$choice){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const pause: Document<{ session: AgentSession }, { session: string }> = { text: "mutation Pause($session:ID!){session:pause(session:$session){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const resume: Document<{ session: AgentSession }, { session: string }> = { text: "mutation Resume($session:ID!){session:resume(session:$session){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const archive: Document<{ session: AgentSession }, { session: string }> = { text: "mutation Archive($session:ID!){session:archive(session:$session){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const unarchive: Document<{ session: AgentSession }, { session: string }> = { text: "mutation Unarchive($session:ID!){session:unarchive(session:$session){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const share: Document<{ session: AgentSession }, { session: string; with: string }> = { text: "mutation Share($session:ID!$with:ID!){session:share(session:$session with:$with){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const configure: Document<{ session: AgentSession }, { session: string; settings: SettingsInput }> = { text: "mutation Configure($session:ID!$settings:SettingsInput!){session:configure(session:$session settings:$settings){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const addRepository: Document<{ addRepository: Repository }, { input: RepositoryInput }> = { text: "mutation AddRepository($input:RepositoryInput!){addRepository(input:$input){...Repository}}" + repositoryFields };
export const updateRepository: Document<{ updateRepository: Repository }, { id: string; input: RepositoryInput }> = { text: "mutation UpdateRepository($id:ID!$input:RepositoryInput!){updateRepository(id:$id input:$input){...Repository}}" + repositoryFields };
export const removeRepository: Document<{ removeRepository: boolean }, { id: string }> = { text: "mutation RemoveRepository($id:ID!){removeRepository(id:$id)}" };
export const revealWebhook: Document<{ revealWebhook: { url: string; secret: string } }, { repository: string }> = { text: "mutation RevealWebhook($repository:ID!){revealWebhook(repository:$repository){url secret}}" };
export const putPersona: Document<{ putPersona: Persona }, { id?: string | null; input: PersonaInput }> = { text: "mutation PutPersona($id:ID$input:PersonaInput!){putPersona(id:$id input:$input){...Persona}}" + personaFields };
export const deletePersona: Document<{ deletePersona: boolean }, { id: string }> = { text: "mutation DeletePersona($id:ID!){deletePersona(id:$id)}" };
export const putContextFile: Document<{ putContextFile: ContextFile }, { id?: string | null; input: ContextFileInput }> = { text: "mutation PutContextFile($id:ID$input:ContextFileInput!){putContextFile(id:$id input:$input){...ContextFile}}" + contextFileFields };
export const deleteContextFile: Document<{ deleteContextFile: boolean }, { id: string }> = { text: "mutation DeleteContextFile($id:ID!){deleteContextFile(id:$id)}" };
export const putMcpServer: Document<{ putMcpServer: McpServer }, { id?: string | null; input: McpServerInput }> = { text: "mutation PutMcpServer($id:ID$input:McpServerInput!){putMcpServer(id:$id input:$input){...McpServer}}" + mcpServerFields };
export const deleteMcpServer: Document<{ deleteMcpServer: boolean }, { id: string }> = { text: "mutation DeleteMcpServer($id:ID!){deleteMcpServer(id:$id)}" };
export const testMcpServer: Document<{ testMcpServer: ToolList }, { id: string }> = { text: "mutation TestMcpServer($id:ID!){testMcpServer(id:$id){...ToolList}}" + toolListFields + toolInfoFields };
export const setToolPolicy: Document<{ setToolPolicy: ToolPolicy }, { planning: ToolListsInput; executing: ToolListsInput }> = { text: "mutation SetToolPolicy($planning:ToolListsInput!$executing:ToolListsInput!){setToolPolicy(planning:$planning executing:$executing){...ToolPolicy}}" + toolPolicyFields + toolListsFields };
export const resetToolPolicy: Document<{ resetToolPolicy: ToolPolicy }, Record<string, never>> = { text: "mutation ResetToolPolicy{resetToolPolicy{...ToolPolicy}}" + toolPolicyFields + toolListsFields };
export const putLearning: Document<{ putLearning: Learning }, { id?: string | null; input: LearningInput }> = { text: "mutation PutLearning($id:ID$input:LearningInput!){putLearning(id:$id input:$input){...Learning}}" + learningFields };
export const deleteLearning: Document<{ deleteLearning: boolean }, { id: string }> = { text: "mutation DeleteLearning($id:ID!){deleteLearning(id:$id)}" };
export const putTemplate: Document<{ putTemplate: Template }, { id?: string | null; input: TemplateInput }> = { text: "mutation PutTemplate($id:ID$input:TemplateInput!){putTemplate(id:$id input:$input){...Template}}" + templateFields };
export const deleteTemplate: Document<{ deleteTemplate: boolean }, { id: string }> = { text: "mutation DeleteTemplate($id:ID!){deleteTemplate(id:$id)}" };
export const agentSessionFeed: Document<{ agentSessionFeed: AgentEvent | Delta }, { session: string; after?: number | null }> = { text: "subscription AgentSessionFeed($session:ID!$after:Int){agentSessionFeed(session:$session after:$after){...on AgentEvent{...AgentEvent}...on Delta{...Delta}}}" + agentEventFields + deltaFields };
export const agentSessionChanged: Document<{ agentSessionChanged: AgentSession }, { session: string }> = { text: "subscription AgentSessionChanged($session:ID!){agentSessionChanged(session:$session){...AgentSession}}" + agentSessionFields + repositoryFields + personFields + settingsFields + planFields + stepFields + planVersionFields + proposalFields + commentFields + workFields + approvalFields + questionFields + askedFields + branchFields + pullRequestFields + usageFields };
export const agentSessionsChanged: Document<{ agentSessionsChanged: AgentSessionSummary }, Record<string, never>> = { text: "subscription AgentSessionsChanged{agentSessionsChanged{...AgentSessionSummary}}" + agentSessionSummaryFields + repositoryFields + personFields + stepCountsFields };
