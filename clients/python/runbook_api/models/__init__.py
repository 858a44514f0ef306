"""Contains all the data models used in inputs/outputs"""

from .account import Account
from .act import Act
from .agent_pull_request import AgentPullRequest
from .agent_runbook import AgentRunbook
from .agent_runbook_message import AgentRunbookMessage
from .agent_runbook_settings import AgentRunbookSettings
from .agent_runbook_status import AgentRunbookStatus
from .agent_runbook_steps import AgentRunbookSteps
from .artifact import Artifact
from .artifact_in import ArtifactIn
from .artifact_payload import ArtifactPayload
from .audit_entry import AuditEntry
from .begun_walk import BegunWalk
from .block import Block
from .block_kind import BlockKind
from .blocks import Blocks
from .chunk import Chunk
from .code import Code
from .code_file import CodeFile
from .code_language import CodeLanguage
from .code_offer import CodeOffer
from .code_payload import CodePayload
from .code_run import CodeRun
from .code_run_env_type_0 import CodeRunEnvType0
from .code_run_form import CodeRunForm
from .command_payload import CommandPayload
from .completion import Completion
from .completion_item import CompletionItem
from .completion_question import CompletionQuestion
from .config import Config
from .create_function_input import CreateFunctionInput
from .diagnostic import Diagnostic
from .editor_event_type_0 import EditorEventType0
from .editor_event_type_0_event import EditorEventType0Event
from .editor_event_type_1 import EditorEventType1
from .editor_event_type_1_event import EditorEventType1Event
from .editor_event_type_2 import EditorEventType2
from .editor_event_type_2_event import EditorEventType2Event
from .editor_request import EditorRequest
from .encoding import Encoding
from .end import End
from .exec_block import ExecBlock
from .exec_block_line_type_0 import ExecBlockLineType0
from .exec_block_line_type_0_type import ExecBlockLineType0Type
from .exec_block_line_type_1 import ExecBlockLineType1
from .exec_block_line_type_1_type import ExecBlockLineType1Type
from .exec_block_line_type_2 import ExecBlockLineType2
from .exec_block_line_type_2_type import ExecBlockLineType2Type
from .execution import Execution
from .execution_origin import ExecutionOrigin
from .execution_state import ExecutionState
from .expectation import Expectation
from .failure import Failure
from .file import File
from .file_kind import FileKind
from .files import Files
from .filled_inputs import FilledInputs
from .filled_inputs_secrets import FilledInputsSecrets
from .filled_inputs_values import FilledInputsValues
from .folder import Folder
from .folder_change import FolderChange
from .folders_delete_contents import FoldersDeleteContents
from .function_detail import FunctionDetail
from .function_info import FunctionInfo
from .function_item import FunctionItem
from .function_options import FunctionOptions
from .function_payload import FunctionPayload
from .function_status_type_0 import FunctionStatusType0
from .function_status_type_0_type import FunctionStatusType0Type
from .function_status_type_1 import FunctionStatusType1
from .function_status_type_1_type import FunctionStatusType1Type
from .function_status_type_2 import FunctionStatusType2
from .function_status_type_2_type import FunctionStatusType2Type
from .function_version import FunctionVersion
from .graph_ql_request import GraphQlRequest
from .graph_ql_request_variables_type_0 import GraphQlRequestVariablesType0
from .graph_ql_response import GraphQlResponse
from .head import Head
from .hide import Hide
from .history_list_outcome import HistoryListOutcome
from .import_url import ImportUrl
from .imported import Imported
from .input_encoding import InputEncoding
from .input_problem import InputProblem
from .inputs_change import InputsChange
from .inputs_change_secrets import InputsChangeSecrets
from .inputs_change_values import InputsChangeValues
from .invocation import Invocation
from .isolation import Isolation
from .job import Job
from .job_attempt import JobAttempt
from .job_detail import JobDetail
from .job_limits import JobLimits
from .job_policy import JobPolicy
from .job_resources import JobResources
from .job_result import JobResult
from .job_retries import JobRetries
from .job_standing import JobStanding
from .job_status import JobStatus
from .job_usage import JobUsage
from .last_execution import LastExecution
from .list_body_artifact import ListBodyArtifact
from .list_body_execution import ListBodyExecution
from .list_body_folder import ListBodyFolder
from .list_body_imported import ListBodyImported
from .list_body_listed_session import ListBodyListedSession
from .list_body_port import ListBodyPort
from .list_body_runtime import ListBodyRuntime
from .list_body_secret import ListBodySecret
from .list_body_stale_block import ListBodyStaleBlock
from .list_body_tag_count import ListBodyTagCount
from .list_body_terminal import ListBodyTerminal
from .list_body_token import ListBodyToken
from .listed_session import ListedSession
from .made_token import MadeToken
from .marked_text import MarkedText
from .mcp_message import McpMessage
from .missed import Missed
from .mode import Mode
from .new_agent_runbook import NewAgentRunbook
from .new_directory import NewDirectory
from .new_execution import NewExecution
from .new_folder import NewFolder
from .new_job import NewJob
from .new_job_env_type_0 import NewJobEnvType0
from .new_preview import NewPreview
from .new_runbook import NewRunbook
from .new_schedule import NewSchedule
from .new_token import NewToken
from .new_upload import NewUpload
from .new_walk import NewWalk
from .new_walk_typed import NewWalkTyped
from .on_output_limit import OnOutputLimit
from .outcome_kind import OutcomeKind
from .page_body_account import PageBodyAccount
from .page_body_artifact import PageBodyArtifact
from .page_body_audit_entry import PageBodyAuditEntry
from .page_body_function_version import PageBodyFunctionVersion
from .page_body_invocation import PageBodyInvocation
from .page_body_job import PageBodyJob
from .page_body_past_execution import PageBodyPastExecution
from .page_body_revision import PageBodyRevision
from .page_body_runbook_item import PageBodyRunbookItem
from .page_body_schedule import PageBodySchedule
from .page_body_trashed_runbook import PageBodyTrashedRunbook
from .past_execution import PastExecution
from .payload_kind import PayloadKind
from .port import Port
from .pr_mode import PrMode
from .preview import Preview
from .problem import Problem
from .program_pattern import ProgramPattern
from .queue import Queue
from .rename_file import RenameFile
from .repository_name import RepositoryName
from .revision import Revision
from .revision_diff import RevisionDiff
from .revision_diff_hunk import RevisionDiffHunk
from .revision_diff_line import RevisionDiffLine
from .revision_diff_line_kind import RevisionDiffLineKind
from .revision_name import RevisionName
from .revision_origin import RevisionOrigin
from .revision_text import RevisionText
from .rollback_function_input import RollbackFunctionInput
from .run_function_input import RunFunctionInput
from .runbook import Runbook
from .runbook_change import RunbookChange
from .runbook_input import RunbookInput
from .runbook_input_kind import RunbookInputKind
from .runbook_inputs import RunbookInputs
from .runbook_item import RunbookItem
from .runbook_payload import RunbookPayload
from .runbook_summary import RunbookSummary
from .runbooks_export_format import RunbooksExportFormat
from .runbooks_list_sort import RunbooksListSort
from .runtime import Runtime
from .runtime_name import RuntimeName
from .schedule import Schedule
from .scope import Scope
from .search_block import SearchBlock
from .search_hit import SearchHit
from .search_page import SearchPage
from .search_place import SearchPlace
from .secret import Secret
from .secret_value import SecretValue
from .session import Session
from .session_limits import SessionLimits
from .session_status import SessionStatus
from .session_usage import SessionUsage
from .session_use import SessionUse
from .severity import Severity
from .shelf import Shelf
from .shelf_change import ShelfChange
from .sign_in import SignIn
from .sign_up import SignUp
from .signed_in import SignedIn
from .stale_block import StaleBlock
from .stale_reason import StaleReason
from .stdin import Stdin
from .submitted_job import SubmittedJob
from .summary import Summary
from .tag import Tag
from .tag_count import TagCount
from .terminal import Terminal
from .terminal_input_type_0 import TerminalInputType0
from .terminal_input_type_0_type import TerminalInputType0Type
from .terminal_input_type_1 import TerminalInputType1
from .terminal_input_type_1_type import TerminalInputType1Type
from .terminal_news_type_0 import TerminalNewsType0
from .terminal_news_type_0_type import TerminalNewsType0Type
from .terminal_news_type_1 import TerminalNewsType1
from .terminal_news_type_1_type import TerminalNewsType1Type
from .token import Token
from .token_limits import TokenLimits
from .token_status import TokenStatus
from .trashed_runbook import TrashedRunbook
from .truncation import Truncation
from .update_function_input import UpdateFunctionInput
from .upload import Upload
from .user import User
from .walk import Walk
from .walk_selection import WalkSelection
from .walk_state import WalkState
from .webhook_secret import WebhookSecret
from .worker import Worker
from .worker_state import WorkerState

__all__ = (
    "Account",
    "Act",
    "AgentPullRequest",
    "AgentRunbook",
    "AgentRunbookMessage",
    "AgentRunbookSettings",
    "AgentRunbookStatus",
    "AgentRunbookSteps",
    "Artifact",
    "ArtifactIn",
    "ArtifactPayload",
    "AuditEntry",
    "BegunWalk",
    "Block",
    "BlockKind",
    "Blocks",
    "Chunk",
    "Code",
    "CodeFile",
    "CodeLanguage",
    "CodeOffer",
    "CodePayload",
    "CodeRun",
    "CodeRunEnvType0",
    "CodeRunForm",
    "CommandPayload",
    "Completion",
    "CompletionItem",
    "CompletionQuestion",
    "Config",
    "CreateFunctionInput",
    "Diagnostic",
    "EditorEventType0",
    "EditorEventType0Event",
    "EditorEventType1",
    "EditorEventType1Event",
    "EditorEventType2",
    "EditorEventType2Event",
    "EditorRequest",
    "Encoding",
    "End",
    "ExecBlock",
    "ExecBlockLineType0",
    "ExecBlockLineType0Type",
    "ExecBlockLineType1",
    "ExecBlockLineType1Type",
    "ExecBlockLineType2",
    "ExecBlockLineType2Type",
    "Execution",
    "ExecutionOrigin",
    "ExecutionState",
    "Expectation",
    "Failure",
    "File",
    "FileKind",
    "Files",
    "FilledInputs",
    "FilledInputsSecrets",
    "FilledInputsValues",
    "Folder",
    "FolderChange",
    "FoldersDeleteContents",
    "FunctionDetail",
    "FunctionInfo",
    "FunctionItem",
    "FunctionOptions",
    "FunctionPayload",
    "FunctionStatusType0",
    "FunctionStatusType0Type",
    "FunctionStatusType1",
    "FunctionStatusType1Type",
    "FunctionStatusType2",
    "FunctionStatusType2Type",
    "FunctionVersion",
    "GraphQlRequest",
    "GraphQlRequestVariablesType0",
    "GraphQlResponse",
    "Head",
    "Hide",
    "HistoryListOutcome",
    "ImportUrl",
    "Imported",
    "InputEncoding",
    "InputProblem",
    "InputsChange",
    "InputsChangeSecrets",
    "InputsChangeValues",
    "Invocation",
    "Isolation",
    "Job",
    "JobAttempt",
    "JobDetail",
    "JobLimits",
    "JobPolicy",
    "JobResources",
    "JobResult",
    "JobRetries",
    "JobStanding",
    "JobStatus",
    "JobUsage",
    "LastExecution",
    "ListBodyArtifact",
    "ListBodyExecution",
    "ListBodyFolder",
    "ListBodyImported",
    "ListBodyListedSession",
    "ListBodyPort",
    "ListBodyRuntime",
    "ListBodySecret",
    "ListBodyStaleBlock",
    "ListBodyTagCount",
    "ListBodyTerminal",
    "ListBodyToken",
    "ListedSession",
    "MadeToken",
    "MarkedText",
    "McpMessage",
    "Missed",
    "Mode",
    "NewAgentRunbook",
    "NewDirectory",
    "NewExecution",
    "NewFolder",
    "NewJob",
    "NewJobEnvType0",
    "NewPreview",
    "NewRunbook",
    "NewSchedule",
    "NewToken",
    "NewUpload",
    "NewWalk",
    "NewWalkTyped",
    "OnOutputLimit",
    "OutcomeKind",
    "PageBodyAccount",
    "PageBodyArtifact",
    "PageBodyAuditEntry",
    "PageBodyFunctionVersion",
    "PageBodyInvocation",
    "PageBodyJob",
    "PageBodyPastExecution",
    "PageBodyRevision",
    "PageBodyRunbookItem",
    "PageBodySchedule",
    "PageBodyTrashedRunbook",
    "PastExecution",
    "PayloadKind",
    "Port",
    "PrMode",
    "Preview",
    "Problem",
    "ProgramPattern",
    "Queue",
    "RenameFile",
    "RepositoryName",
    "Revision",
    "RevisionDiff",
    "RevisionDiffHunk",
    "RevisionDiffLine",
    "RevisionDiffLineKind",
    "RevisionName",
    "RevisionOrigin",
    "RevisionText",
    "RollbackFunctionInput",
    "RunFunctionInput",
    "Runbook",
    "RunbookChange",
    "RunbookInput",
    "RunbookInputKind",
    "RunbookInputs",
    "RunbookItem",
    "RunbookPayload",
    "RunbookSummary",
    "RunbooksExportFormat",
    "RunbooksListSort",
    "Runtime",
    "RuntimeName",
    "Schedule",
    "Scope",
    "SearchBlock",
    "SearchHit",
    "SearchPage",
    "SearchPlace",
    "Secret",
    "SecretValue",
    "Session",
    "SessionLimits",
    "SessionStatus",
    "SessionUsage",
    "SessionUse",
    "Severity",
    "Shelf",
    "ShelfChange",
    "SignIn",
    "SignUp",
    "SignedIn",
    "StaleBlock",
    "StaleReason",
    "Stdin",
    "SubmittedJob",
    "Summary",
    "Tag",
    "TagCount",
    "Terminal",
    "TerminalInputType0",
    "TerminalInputType0Type",
    "TerminalInputType1",
    "TerminalInputType1Type",
    "TerminalNewsType0",
    "TerminalNewsType0Type",
    "TerminalNewsType1",
    "TerminalNewsType1Type",
    "Token",
    "TokenLimits",
    "TokenStatus",
    "TrashedRunbook",
    "Truncation",
    "UpdateFunctionInput",
    "Upload",
    "User",
    "Walk",
    "WalkSelection",
    "WalkState",
    "WebhookSecret",
    "Worker",
    "WorkerState",
)
