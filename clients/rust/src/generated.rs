// Written by `make clients` from the OpenAPI document.

/// What the API takes and gives, by the names that its document has for them.
pub mod types {
    ///An account, with what it may ask of the queue and what it has.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Account {
        pub administrator: bool,
        pub created_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub disabled_at: ::std::option::Option<Timestamp>,
        pub email: ::std::string::String,
        pub id: UserId,
        pub jobs: JobStanding,
        pub username: ::std::string::String,
    }
    ///What somebody did, or tried to do.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Act {
        ///What they did, named like the operation of the API: `tokens_create`, `jobs_cancel`.
        pub action: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub actor: ::std::option::Option<UserId>,
        ///Address of the peer that asked, or `command line`.
        pub from: ::std::string::String,
        ///What they called themselves then.
        pub name: ::std::string::String,
        ///What they did it to: an id, a name or a path.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub object: ::std::option::Option<::std::string::String>,
        ///What they were answered, as a status of HTTP.
        pub status: i32,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub token: ::std::option::Option<TokenId>,
    }
    ///`AgentPullRequest`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct AgentPullRequest {
        pub number: i64,
        pub step_numbers: ::std::vec::Vec<::std::string::String>,
        pub url: ::std::string::String,
    }
    ///An agent session, as far as it is.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct AgentRunbook {
        pub id: AgentSessionId,
        pub pull_requests: ::std::vec::Vec<AgentPullRequest>,
        pub runbook_number: i64,
        pub status: AgentRunbookStatus,
        pub steps: AgentRunbookSteps,
        ///Where people look at it.
        pub url: ::std::string::String,
    }
    ///What is said to a session that is there.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct AgentRunbookMessage {
        ///What the text of each pull request begins with from now on.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<AgentRunbookMessageDescription>,
        ///Of each pull request that is opened from now on.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub labels: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        pub prompt: AgentRunbookMessagePrompt,
    }
    ///What the text of each pull request begins with from now on.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct AgentRunbookMessageDescription(::std::string::String);
    impl ::std::ops::Deref for AgentRunbookMessageDescription {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<AgentRunbookMessageDescription> for ::std::string::String {
        fn from(value: AgentRunbookMessageDescription) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for AgentRunbookMessageDescription {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 16384usize {
                return Err("longer than 16384 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for AgentRunbookMessageDescription {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String>
    for AgentRunbookMessageDescription {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for AgentRunbookMessageDescription {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`AgentRunbookMessagePrompt`
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct AgentRunbookMessagePrompt(::std::string::String);
    impl ::std::ops::Deref for AgentRunbookMessagePrompt {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<AgentRunbookMessagePrompt> for ::std::string::String {
        fn from(value: AgentRunbookMessagePrompt) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for AgentRunbookMessagePrompt {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 65536usize {
                return Err("longer than 65536 characters".into());
            }
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for AgentRunbookMessagePrompt {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for AgentRunbookMessagePrompt {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for AgentRunbookMessagePrompt {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`AgentRunbookSettings`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct AgentRunbookSettings {
        ///What the text of each pull request begins with.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<AgentRunbookSettingsDescription>,
        ///Whether pull requests are drafts until their steps are completed.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub draft: ::std::option::Option<bool>,
        ///Of each pull request.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub labels: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///Whether nobody is asked anything and all goes into one draft. True if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub oneshot: ::std::option::Option<bool>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub pr_mode: ::std::option::Option<PrMode>,
        ///What branches begin at and pull requests lead to; `main` if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub target_branch: ::std::option::Option<AgentRunbookSettingsTargetBranch>,
    }
    ///What the text of each pull request begins with.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct AgentRunbookSettingsDescription(::std::string::String);
    impl ::std::ops::Deref for AgentRunbookSettingsDescription {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<AgentRunbookSettingsDescription>
    for ::std::string::String {
        fn from(value: AgentRunbookSettingsDescription) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for AgentRunbookSettingsDescription {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 16384usize {
                return Err("longer than 16384 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for AgentRunbookSettingsDescription {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String>
    for AgentRunbookSettingsDescription {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for AgentRunbookSettingsDescription {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///What branches begin at and pull requests lead to; `main` if left out.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct AgentRunbookSettingsTargetBranch(::std::string::String);
    impl ::std::ops::Deref for AgentRunbookSettingsTargetBranch {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<AgentRunbookSettingsTargetBranch>
    for ::std::string::String {
        fn from(value: AgentRunbookSettingsTargetBranch) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for AgentRunbookSettingsTargetBranch {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 200usize {
                return Err("longer than 200 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for AgentRunbookSettingsTargetBranch {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String>
    for AgentRunbookSettingsTargetBranch {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for AgentRunbookSettingsTargetBranch {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`AgentRunbookStatus`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum AgentRunbookStatus {
        #[serde(rename = "generating_steps")]
        GeneratingSteps,
        #[serde(rename = "not_started")]
        NotStarted,
        #[serde(rename = "in_progress")]
        InProgress,
        #[serde(rename = "partially_completed")]
        PartiallyCompleted,
        #[serde(rename = "failed")]
        Failed,
        #[serde(rename = "completed")]
        Completed,
    }
    impl ::std::fmt::Display for AgentRunbookStatus {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::GeneratingSteps => f.write_str("generating_steps"),
                Self::NotStarted => f.write_str("not_started"),
                Self::InProgress => f.write_str("in_progress"),
                Self::PartiallyCompleted => f.write_str("partially_completed"),
                Self::Failed => f.write_str("failed"),
                Self::Completed => f.write_str("completed"),
            }
        }
    }
    impl ::std::str::FromStr for AgentRunbookStatus {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "generating_steps" => Ok(Self::GeneratingSteps),
                "not_started" => Ok(Self::NotStarted),
                "in_progress" => Ok(Self::InProgress),
                "partially_completed" => Ok(Self::PartiallyCompleted),
                "failed" => Ok(Self::Failed),
                "completed" => Ok(Self::Completed),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for AgentRunbookStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for AgentRunbookStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///How many of the steps that are carried out are how far.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct AgentRunbookSteps {
        pub completed: i32,
        pub failed: i32,
        pub in_progress: i32,
        pub not_started: i32,
        pub queued: i32,
        pub total: i32,
    }
    ///`AgentSessionId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct AgentSessionId(pub ::std::string::String);
    impl ::std::ops::Deref for AgentSessionId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<AgentSessionId> for ::std::string::String {
        fn from(value: AgentSessionId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for AgentSessionId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for AgentSessionId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for AgentSessionId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///An artifact. Its content never changes.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Artifact {
        pub created_at: Timestamp,
        pub digest: Digest,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub expires_at: ::std::option::Option<Timestamp>,
        pub id: ArtifactId,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub job: ::std::option::Option<JobId>,
        pub media_type: ::std::string::String,
        pub name: ::std::string::String,
        ///What its owner downloads it with, or names in a job.
        pub reference: ::std::string::String,
        ///Until when the reference counts.
        pub reference_expires_at: Timestamp,
        ///In bytes.
        pub size: i64,
    }
    ///`ArtifactId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct ArtifactId(pub ::std::string::String);
    impl ::std::ops::Deref for ArtifactId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ArtifactId> for ::std::string::String {
        fn from(value: ArtifactId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for ArtifactId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for ArtifactId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for ArtifactId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///`ArtifactIn`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct ArtifactIn {
        ///A signed reference.
        pub artifact: ::std::string::String,
        ///Path below the sandbox's workspace.
        pub path: ::std::string::String,
    }
    ///An act in its place in the log.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct AuditEntry {
        ///What they did, named like the operation of the API: `tokens_create`, `jobs_cancel`.
        pub action: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub actor: ::std::option::Option<UserId>,
        pub at: Timestamp,
        ///Address of the peer that asked, or `command line`.
        pub from: ::std::string::String,
        ///SHA-256 of everything above.
        pub hash: ::std::string::String,
        ///What they called themselves then.
        pub name: ::std::string::String,
        ///What they did it to: an id, a name or a path.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub object: ::std::option::Option<::std::string::String>,
        ///`hash` of the entry before; empty for the first one.
        pub prev: ::std::string::String,
        ///HMAC of `hash` under the installation's key, which is not in the database.
        pub seal: ::std::string::String,
        ///Counted from 1, without a gap.
        pub seq: i64,
        ///What they were answered, as a status of HTTP.
        pub status: i32,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub token: ::std::option::Option<TokenId>,
    }
    ///A walk that has begun, or one for the same that is under way.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct BegunWalk {
        ///The blocks that run, in order.
        pub blocks: ::std::vec::Vec<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub execution: ::std::option::Option<Execution>,
        ///Somebody had asked for the same, and it is not over: nothing was added.
        pub under_way: bool,
        pub walk: Walk,
    }
    ///A fenced code block of a document.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Block {
        ///Whether it runs beside those after it.
        pub background: bool,
        pub code: ::std::string::String,
        pub content_hash: ::std::string::String,
        pub end_line: u64,
        pub expect: Expectation,
        ///What a reader does not see at first.
        pub hide: Hide,
        pub id: ::std::string::String,
        ///Place among the runnable blocks, counted from 0.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub index: ::std::option::Option<u64>,
        pub kind: BlockKind,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub language: ::std::option::Option<::std::string::String>,
        ///Line of the opening fence, counted from 1.
        pub line: u64,
        ///Whether it runs only when it is asked for by itself.
        pub manual: bool,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        ///Names or ids of the blocks that run before it.
        pub needs: ::std::vec::Vec<::std::string::String>,
        ///Where a file block is written, relative to the workspace.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub path: ::std::option::Option<::std::string::String>,
        pub runnable: bool,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub runtime: ::std::option::Option<RuntimeName>,
        ///Names of the secrets that it finds in its environment.
        pub secrets: ::std::vec::Vec<::std::string::String>,
        pub tags: ::std::vec::Vec<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timeout_ms: ::std::option::Option<i64>,
    }
    ///`BlockKind`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum BlockKind {
        #[serde(rename = "code")]
        Code,
        #[serde(rename = "file")]
        File,
    }
    impl ::std::fmt::Display for BlockKind {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Code => f.write_str("code"),
                Self::File => f.write_str("file"),
            }
        }
    }
    impl ::std::str::FromStr for BlockKind {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "code" => Ok(Self::Code),
                "file" => Ok(Self::File),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for BlockKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for BlockKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`Blocks`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Blocks {
        pub blocks: ::std::vec::Vec<Block>,
        pub diagnostics: ::std::vec::Vec<Diagnostic>,
    }
    ///What went wrong, for programs. Codes are added, never renamed.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum Code {
        #[serde(rename = "account_disabled")]
        AccountDisabled,
        #[serde(rename = "agents_not_offered")]
        AgentsNotOffered,
        #[serde(rename = "already_running")]
        AlreadyRunning,
        #[serde(rename = "artifact_changed")]
        ArtifactChanged,
        #[serde(rename = "backend_not_offered")]
        BackendNotOffered,
        #[serde(rename = "block_changed")]
        BlockChanged,
        #[serde(rename = "block_not_found")]
        BlockNotFound,
        #[serde(rename = "block_not_runnable")]
        BlockNotRunnable,
        #[serde(rename = "blocked")]
        Blocked,
        #[serde(rename = "build_failed")]
        BuildFailed,
        #[serde(rename = "cannot_cancel")]
        CannotCancel,
        #[serde(rename = "cannot_pause")]
        CannotPause,
        #[serde(rename = "client_gone")]
        ClientGone,
        #[serde(rename = "conflict")]
        Conflict,
        #[serde(rename = "connected_elsewhere")]
        ConnectedElsewhere,
        #[serde(rename = "cross_origin")]
        CrossOrigin,
        #[serde(rename = "disk_full")]
        DiskFull,
        #[serde(rename = "drifted")]
        Drifted,
        #[serde(rename = "email_taken")]
        EmailTaken,
        #[serde(rename = "folder_not_empty")]
        FolderNotEmpty,
        #[serde(rename = "forbidden")]
        Forbidden,
        #[serde(rename = "function_not_ready")]
        FunctionNotReady,
        #[serde(rename = "idempotency_key_reused")]
        IdempotencyKeyReused,
        #[serde(rename = "inputs_invalid")]
        InputsInvalid,
        #[serde(rename = "internal")]
        Internal,
        #[serde(rename = "invalid")]
        Invalid,
        #[serde(rename = "job_not_allowed")]
        JobNotAllowed,
        #[serde(rename = "job_not_ended")]
        JobNotEnded,
        #[serde(rename = "job_rate_limited")]
        JobRateLimited,
        #[serde(rename = "missing_scope")]
        MissingScope,
        #[serde(rename = "name_taken")]
        NameTaken,
        #[serde(rename = "needs_broken")]
        NeedsBroken,
        #[serde(rename = "network_not_offered")]
        NetworkNotOffered,
        #[serde(rename = "not_a_document")]
        NotADocument,
        #[serde(rename = "not_acceptable")]
        NotAcceptable,
        #[serde(rename = "not_fetched")]
        NotFetched,
        #[serde(rename = "not_found")]
        NotFound,
        #[serde(rename = "not_reading")]
        NotReading,
        #[serde(rename = "nothing_listens")]
        NothingListens,
        #[serde(rename = "not_yours")]
        NotYours,
        #[serde(rename = "odd_value")]
        OddValue,
        #[serde(rename = "over_limit")]
        OverLimit,
        #[serde(rename = "path_taken")]
        PathTaken,
        #[serde(rename = "payload_too_large")]
        PayloadTooLarge,
        #[serde(rename = "predecessor_failed")]
        PredecessorFailed,
        #[serde(rename = "previews_not_offered")]
        PreviewsNotOffered,
        #[serde(rename = "queue_full")]
        QueueFull,
        #[serde(rename = "rate_limited")]
        RateLimited,
        #[serde(rename = "request_under_way")]
        RequestUnderWay,
        #[serde(rename = "read_only")]
        ReadOnly,
        #[serde(rename = "reference_expired")]
        ReferenceExpired,
        #[serde(rename = "reference_invalid")]
        ReferenceInvalid,
        #[serde(rename = "revision_conflict")]
        RevisionConflict,
        #[serde(rename = "runtime_mismatch")]
        RuntimeMismatch,
        #[serde(rename = "runtime_missing")]
        RuntimeMissing,
        #[serde(rename = "secret_missing")]
        SecretMissing,
        #[serde(rename = "server_failed")]
        ServerFailed,
        #[serde(rename = "session_ended")]
        SessionEnded,
        #[serde(rename = "session_paused")]
        SessionPaused,
        #[serde(rename = "sign_in_needed")]
        SignInNeeded,
        #[serde(rename = "sign_up_closed")]
        SignUpClosed,
        #[serde(rename = "text_replaced")]
        TextReplaced,
        #[serde(rename = "too_large")]
        TooLarge,
        #[serde(rename = "too_many_at_once")]
        TooManyAtOnce,
        #[serde(rename = "too_many_tokens")]
        TooManyTokens,
        #[serde(rename = "too_slow")]
        TooSlow,
        #[serde(rename = "unauthenticated")]
        Unauthenticated,
        #[serde(rename = "unavailable")]
        Unavailable,
        #[serde(rename = "untrusted")]
        Untrusted,
        #[serde(rename = "upgrade_needed")]
        UpgradeNeeded,
        #[serde(rename = "upload_busy")]
        UploadBusy,
        #[serde(rename = "upload_offset")]
        UploadOffset,
        #[serde(rename = "username_taken")]
        UsernameTaken,
        #[serde(rename = "value_too_large")]
        ValueTooLarge,
        #[serde(rename = "version_answers_already")]
        VersionAnswersAlready,
        #[serde(rename = "version_not_built")]
        VersionNotBuilt,
        #[serde(rename = "wrong_credentials")]
        WrongCredentials,
    }
    impl ::std::fmt::Display for Code {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::AccountDisabled => f.write_str("account_disabled"),
                Self::AgentsNotOffered => f.write_str("agents_not_offered"),
                Self::AlreadyRunning => f.write_str("already_running"),
                Self::ArtifactChanged => f.write_str("artifact_changed"),
                Self::BackendNotOffered => f.write_str("backend_not_offered"),
                Self::BlockChanged => f.write_str("block_changed"),
                Self::BlockNotFound => f.write_str("block_not_found"),
                Self::BlockNotRunnable => f.write_str("block_not_runnable"),
                Self::Blocked => f.write_str("blocked"),
                Self::BuildFailed => f.write_str("build_failed"),
                Self::CannotCancel => f.write_str("cannot_cancel"),
                Self::CannotPause => f.write_str("cannot_pause"),
                Self::ClientGone => f.write_str("client_gone"),
                Self::Conflict => f.write_str("conflict"),
                Self::ConnectedElsewhere => f.write_str("connected_elsewhere"),
                Self::CrossOrigin => f.write_str("cross_origin"),
                Self::DiskFull => f.write_str("disk_full"),
                Self::Drifted => f.write_str("drifted"),
                Self::EmailTaken => f.write_str("email_taken"),
                Self::FolderNotEmpty => f.write_str("folder_not_empty"),
                Self::Forbidden => f.write_str("forbidden"),
                Self::FunctionNotReady => f.write_str("function_not_ready"),
                Self::IdempotencyKeyReused => f.write_str("idempotency_key_reused"),
                Self::InputsInvalid => f.write_str("inputs_invalid"),
                Self::Internal => f.write_str("internal"),
                Self::Invalid => f.write_str("invalid"),
                Self::JobNotAllowed => f.write_str("job_not_allowed"),
                Self::JobNotEnded => f.write_str("job_not_ended"),
                Self::JobRateLimited => f.write_str("job_rate_limited"),
                Self::MissingScope => f.write_str("missing_scope"),
                Self::NameTaken => f.write_str("name_taken"),
                Self::NeedsBroken => f.write_str("needs_broken"),
                Self::NetworkNotOffered => f.write_str("network_not_offered"),
                Self::NotADocument => f.write_str("not_a_document"),
                Self::NotAcceptable => f.write_str("not_acceptable"),
                Self::NotFetched => f.write_str("not_fetched"),
                Self::NotFound => f.write_str("not_found"),
                Self::NotReading => f.write_str("not_reading"),
                Self::NothingListens => f.write_str("nothing_listens"),
                Self::NotYours => f.write_str("not_yours"),
                Self::OddValue => f.write_str("odd_value"),
                Self::OverLimit => f.write_str("over_limit"),
                Self::PathTaken => f.write_str("path_taken"),
                Self::PayloadTooLarge => f.write_str("payload_too_large"),
                Self::PredecessorFailed => f.write_str("predecessor_failed"),
                Self::PreviewsNotOffered => f.write_str("previews_not_offered"),
                Self::QueueFull => f.write_str("queue_full"),
                Self::RateLimited => f.write_str("rate_limited"),
                Self::RequestUnderWay => f.write_str("request_under_way"),
                Self::ReadOnly => f.write_str("read_only"),
                Self::ReferenceExpired => f.write_str("reference_expired"),
                Self::ReferenceInvalid => f.write_str("reference_invalid"),
                Self::RevisionConflict => f.write_str("revision_conflict"),
                Self::RuntimeMismatch => f.write_str("runtime_mismatch"),
                Self::RuntimeMissing => f.write_str("runtime_missing"),
                Self::SecretMissing => f.write_str("secret_missing"),
                Self::ServerFailed => f.write_str("server_failed"),
                Self::SessionEnded => f.write_str("session_ended"),
                Self::SessionPaused => f.write_str("session_paused"),
                Self::SignInNeeded => f.write_str("sign_in_needed"),
                Self::SignUpClosed => f.write_str("sign_up_closed"),
                Self::TextReplaced => f.write_str("text_replaced"),
                Self::TooLarge => f.write_str("too_large"),
                Self::TooManyAtOnce => f.write_str("too_many_at_once"),
                Self::TooManyTokens => f.write_str("too_many_tokens"),
                Self::TooSlow => f.write_str("too_slow"),
                Self::Unauthenticated => f.write_str("unauthenticated"),
                Self::Unavailable => f.write_str("unavailable"),
                Self::Untrusted => f.write_str("untrusted"),
                Self::UpgradeNeeded => f.write_str("upgrade_needed"),
                Self::UploadBusy => f.write_str("upload_busy"),
                Self::UploadOffset => f.write_str("upload_offset"),
                Self::UsernameTaken => f.write_str("username_taken"),
                Self::ValueTooLarge => f.write_str("value_too_large"),
                Self::VersionAnswersAlready => f.write_str("version_answers_already"),
                Self::VersionNotBuilt => f.write_str("version_not_built"),
                Self::WrongCredentials => f.write_str("wrong_credentials"),
            }
        }
    }
    impl ::std::str::FromStr for Code {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "account_disabled" => Ok(Self::AccountDisabled),
                "agents_not_offered" => Ok(Self::AgentsNotOffered),
                "already_running" => Ok(Self::AlreadyRunning),
                "artifact_changed" => Ok(Self::ArtifactChanged),
                "backend_not_offered" => Ok(Self::BackendNotOffered),
                "block_changed" => Ok(Self::BlockChanged),
                "block_not_found" => Ok(Self::BlockNotFound),
                "block_not_runnable" => Ok(Self::BlockNotRunnable),
                "blocked" => Ok(Self::Blocked),
                "build_failed" => Ok(Self::BuildFailed),
                "cannot_cancel" => Ok(Self::CannotCancel),
                "cannot_pause" => Ok(Self::CannotPause),
                "client_gone" => Ok(Self::ClientGone),
                "conflict" => Ok(Self::Conflict),
                "connected_elsewhere" => Ok(Self::ConnectedElsewhere),
                "cross_origin" => Ok(Self::CrossOrigin),
                "disk_full" => Ok(Self::DiskFull),
                "drifted" => Ok(Self::Drifted),
                "email_taken" => Ok(Self::EmailTaken),
                "folder_not_empty" => Ok(Self::FolderNotEmpty),
                "forbidden" => Ok(Self::Forbidden),
                "function_not_ready" => Ok(Self::FunctionNotReady),
                "idempotency_key_reused" => Ok(Self::IdempotencyKeyReused),
                "inputs_invalid" => Ok(Self::InputsInvalid),
                "internal" => Ok(Self::Internal),
                "invalid" => Ok(Self::Invalid),
                "job_not_allowed" => Ok(Self::JobNotAllowed),
                "job_not_ended" => Ok(Self::JobNotEnded),
                "job_rate_limited" => Ok(Self::JobRateLimited),
                "missing_scope" => Ok(Self::MissingScope),
                "name_taken" => Ok(Self::NameTaken),
                "needs_broken" => Ok(Self::NeedsBroken),
                "network_not_offered" => Ok(Self::NetworkNotOffered),
                "not_a_document" => Ok(Self::NotADocument),
                "not_acceptable" => Ok(Self::NotAcceptable),
                "not_fetched" => Ok(Self::NotFetched),
                "not_found" => Ok(Self::NotFound),
                "not_reading" => Ok(Self::NotReading),
                "nothing_listens" => Ok(Self::NothingListens),
                "not_yours" => Ok(Self::NotYours),
                "odd_value" => Ok(Self::OddValue),
                "over_limit" => Ok(Self::OverLimit),
                "path_taken" => Ok(Self::PathTaken),
                "payload_too_large" => Ok(Self::PayloadTooLarge),
                "predecessor_failed" => Ok(Self::PredecessorFailed),
                "previews_not_offered" => Ok(Self::PreviewsNotOffered),
                "queue_full" => Ok(Self::QueueFull),
                "rate_limited" => Ok(Self::RateLimited),
                "request_under_way" => Ok(Self::RequestUnderWay),
                "read_only" => Ok(Self::ReadOnly),
                "reference_expired" => Ok(Self::ReferenceExpired),
                "reference_invalid" => Ok(Self::ReferenceInvalid),
                "revision_conflict" => Ok(Self::RevisionConflict),
                "runtime_mismatch" => Ok(Self::RuntimeMismatch),
                "runtime_missing" => Ok(Self::RuntimeMissing),
                "secret_missing" => Ok(Self::SecretMissing),
                "server_failed" => Ok(Self::ServerFailed),
                "session_ended" => Ok(Self::SessionEnded),
                "session_paused" => Ok(Self::SessionPaused),
                "sign_in_needed" => Ok(Self::SignInNeeded),
                "sign_up_closed" => Ok(Self::SignUpClosed),
                "text_replaced" => Ok(Self::TextReplaced),
                "too_large" => Ok(Self::TooLarge),
                "too_many_at_once" => Ok(Self::TooManyAtOnce),
                "too_many_tokens" => Ok(Self::TooManyTokens),
                "too_slow" => Ok(Self::TooSlow),
                "unauthenticated" => Ok(Self::Unauthenticated),
                "unavailable" => Ok(Self::Unavailable),
                "untrusted" => Ok(Self::Untrusted),
                "upgrade_needed" => Ok(Self::UpgradeNeeded),
                "upload_busy" => Ok(Self::UploadBusy),
                "upload_offset" => Ok(Self::UploadOffset),
                "username_taken" => Ok(Self::UsernameTaken),
                "value_too_large" => Ok(Self::ValueTooLarge),
                "version_answers_already" => Ok(Self::VersionAnswersAlready),
                "version_not_built" => Ok(Self::VersionNotBuilt),
                "wrong_credentials" => Ok(Self::WrongCredentials),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for Code {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for Code {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`CodeFile`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct CodeFile {
        ///In base64.
        pub content: ::std::string::String,
        ///Relative, without `.` and `..`; directories are made.
        pub path: ::std::string::String,
    }
    ///A language as tinirun names it; the names of runtimes are understood too.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum CodeLanguage {
        #[serde(rename = "bash")]
        Bash,
        #[serde(rename = "go")]
        Go,
        #[serde(rename = "javascript")]
        Javascript,
        #[serde(rename = "python")]
        Python,
        #[serde(rename = "rust")]
        Rust,
        #[serde(rename = "typescript")]
        Typescript,
    }
    impl ::std::fmt::Display for CodeLanguage {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Bash => f.write_str("bash"),
                Self::Go => f.write_str("go"),
                Self::Javascript => f.write_str("javascript"),
                Self::Python => f.write_str("python"),
                Self::Rust => f.write_str("rust"),
                Self::Typescript => f.write_str("typescript"),
            }
        }
    }
    impl ::std::str::FromStr for CodeLanguage {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "bash" => Ok(Self::Bash),
                "go" => Ok(Self::Go),
                "javascript" => Ok(Self::Javascript),
                "python" => Ok(Self::Python),
                "rust" => Ok(Self::Rust),
                "typescript" => Ok(Self::Typescript),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for CodeLanguage {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for CodeLanguage {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /**What the program reaches: `none`, or hosts and ports such as `pypi.org` and `*.npmjs.org:443`,
as far as the operator offers them.*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum CodeNetwork {
        String(::std::string::String),
        Array(::std::vec::Vec<::std::string::String>),
    }
    impl ::std::convert::From<::std::vec::Vec<::std::string::String>> for CodeNetwork {
        fn from(value: ::std::vec::Vec<::std::string::String>) -> Self {
            Self::Array(value)
        }
    }
    ///What the operator offers to code, and what holds where a request leaves something out.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct CodeOffer {
        pub cpu_limit: f64,
        ///Whether packages can be installed.
        pub dependencies: bool,
        ///Bytes of the largest request, as it is sent.
        pub max_request_bytes: i64,
        pub mem_limit_mb: i64,
        ///Hosts and ports that `network` may name; `*` is any, and an empty list none.
        pub network: ::std::vec::Vec<::std::string::String>,
        pub output_limit: i64,
        ///Seconds.
        pub timeout: i64,
    }
    ///Code to run. Fields that are not listed here are ignored.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct CodeRun {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub args: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///The program; not empty.
        pub code: CodeRunCode,
        ///Processors. The operator's limit for a sandbox if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_limit: ::std::option::Option<f64>,
        /**As the language's package manager names them, with versions: `numpy>=1.0,<3`,
`@scope/pkg@^1`, `serde@1`.*/
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub dependencies: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///Environment variables, added to those of the runtime.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub env: ::std::option::Option<
            ::std::collections::HashMap<::std::string::String, ::std::string::String>,
        >,
        ///Written beside the program before it starts, and once more beneath `files/`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub files: ::std::option::Option<::std::vec::Vec<CodeFile>>,
        pub lang: CodeLanguage,
        ///Memory of all its processes and files, in MiB. The operator's limit for a sandbox if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mem_limit_mb: ::std::option::Option<::std::num::NonZeroU32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub network: ::std::option::Option<CodeNetwork>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub on_output_limit: ::std::option::Option<OnOutputLimit>,
        ///Bytes of stdout and stderr together that are sent. The operator's limit if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub output_limit: ::std::option::Option<i64>,
        ///What the program reads on standard input; by default nothing.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stdin: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stdin_encoding: ::std::option::Option<InputEncoding>,
        ///Seconds from the program's start until it is killed.
        #[serde(default = "defaults::code_run_timeout")]
        pub timeout: ::std::option::Option<::std::num::NonZeroU32>,
    }
    ///The program; not empty.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct CodeRunCode(::std::string::String);
    impl ::std::ops::Deref for CodeRunCode {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<CodeRunCode> for ::std::string::String {
        fn from(value: CodeRunCode) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for CodeRunCode {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for CodeRunCode {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for CodeRunCode {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for CodeRunCode {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///The same as a form: `request` first, `stdin` last.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct CodeRunForm {
        ///Its path is its file name.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub file: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        pub request: CodeRun,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub stdin: ::std::option::Option<::std::string::String>,
    }
    ///A program with its arguments, or a line for the shell.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum CommandLine {
        String(::std::string::String),
        Array(::std::vec::Vec<::std::string::String>),
    }
    impl ::std::convert::From<::std::vec::Vec<::std::string::String>> for CommandLine {
        fn from(value: ::std::vec::Vec<::std::string::String>) -> Self {
            Self::Array(value)
        }
    }
    ///`Completion`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Completion {
        pub end: u64,
        pub items: ::std::vec::Vec<CompletionItem>,
        ///What an item takes the place of, in UTF-16 code units.
        pub start: u64,
    }
    ///`CompletionItem`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct CompletionItem {
        pub text: ::std::string::String,
    }
    ///A text that somebody types.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct CompletionQuestion {
        ///The block that it is the code of, by its id.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub block: ::std::option::Option<::std::string::String>,
        pub code: ::std::string::String,
        ///In UTF-16 code units, as JavaScript counts.
        pub cursor: u64,
        ///Whose variables count, with a language: `keep`, `fresh` or a name.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub kernel: ::std::option::Option<::std::string::String>,
        ///Or its language.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub runtime: ::std::option::Option<::std::string::String>,
    }
    ///`Config`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Config {
        ///Executions of one user that are kept of each runbook; all if null.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub keep_runs: ::std::option::Option<i64>,
        ///How long executions are kept; for ever if null.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub keep_runs_seconds: ::std::option::Option<i64>,
        pub mode: Mode,
        ///Whether anybody may make an account.
        pub sign_up: bool,
        pub version: ::std::string::String,
    }
    ///A function to be made.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct CreateFunctionInput {
        ///Defines `run(input)`. Without code the function greets its input.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub code: ::std::option::Option<CreateFunctionInputCode>,
        ///Processors of a call.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_limit: ::std::option::Option<f64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub dependencies: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        ///Seconds for which an instance waits for the next call; 0 keeps none.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub keep_warm: ::std::option::Option<i64>,
        pub language: CodeLanguage,
        ///Memory of a call, in MiB.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mem_limit_mb: ::std::option::Option<::std::num::NonZeroU64>,
        pub name: ::std::string::String,
        ///Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers them.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub network: ::std::vec::Vec<::std::string::String>,
        ///Names of my secrets that it finds in its environment.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub secrets: ::std::vec::Vec<::std::string::String>,
        ///Seconds that a call may take; 60 if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timeout: ::std::option::Option<::std::num::NonZeroU64>,
    }
    ///Defines `run(input)`. Without code the function greets its input.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct CreateFunctionInputCode(::std::string::String);
    impl ::std::ops::Deref for CreateFunctionInputCode {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<CreateFunctionInputCode> for ::std::string::String {
        fn from(value: CreateFunctionInputCode) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for CreateFunctionInputCode {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for CreateFunctionInputCode {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for CreateFunctionInputCode {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for CreateFunctionInputCode {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`Diagnostic`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Diagnostic {
        pub code: ::std::string::String,
        ///In characters, counted from 1.
        pub column: u64,
        ///Counted from 1.
        pub line: u64,
        pub message: ::std::string::String,
        pub severity: Severity,
    }
    ///`Digest`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct Digest(pub ::std::string::String);
    impl ::std::ops::Deref for Digest {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<Digest> for ::std::string::String {
        fn from(value: Digest) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for Digest {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for Digest {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for Digest {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///What an editor is told, as a text frame.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(tag = "event")]
    pub enum EditorEvent {
        ///The text is in this revision. The first event says which one the text began with.
        #[serde(rename = "saved")]
        Saved { runbook: Runbook },
        ///The text could not be saved; it is tried again, and `saved` follows then.
        #[serde(rename = "unsaved")]
        Unsaved { error: Code, message: ::std::string::String },
        ///The last: what was sent before it is not in the text.
        #[serde(rename = "refused")]
        Refused { error: Code, message: ::std::string::String },
    }
    ///What an editor asks for, as a text frame.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct EditorRequest {
        ///Save at once, and tell how the text stands, whether something had changed or not.
        pub save: bool,
    }
    ///How a job ended.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum End {
        #[serde(rename = "succeeded")]
        Succeeded,
        #[serde(rename = "failed")]
        Failed,
        #[serde(rename = "cancelled")]
        Cancelled,
        #[serde(rename = "timed_out")]
        TimedOut,
        #[serde(rename = "lost")]
        Lost,
        #[serde(rename = "dead")]
        Dead,
    }
    impl ::std::fmt::Display for End {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Succeeded => f.write_str("succeeded"),
                Self::Failed => f.write_str("failed"),
                Self::Cancelled => f.write_str("cancelled"),
                Self::TimedOut => f.write_str("timed_out"),
                Self::Lost => f.write_str("lost"),
                Self::Dead => f.write_str("dead"),
            }
        }
    }
    impl ::std::str::FromStr for End {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "succeeded" => Ok(Self::Succeeded),
                "failed" => Ok(Self::Failed),
                "cancelled" => Ok(Self::Cancelled),
                "timed_out" => Ok(Self::TimedOut),
                "lost" => Ok(Self::Lost),
                "dead" => Ok(Self::Dead),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for End {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for End {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The first seed's way to run a block.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ExecBlock {
        ///Counts the document's runnable blocks from 0.
        #[serde(rename = "blockIndex")]
        pub block_index: u64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub runtime: ::std::option::Option<::std::string::String>,
        #[serde(rename = "sessionId")]
        pub session_id: SessionId,
    }
    ///One line of the first seed's stream.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(tag = "type")]
    pub enum ExecBlockLine {
        #[serde(rename = "output")]
        Output { data: ::std::string::String },
        #[serde(rename = "exit")]
        Exit { #[serde(rename = "exitCode")] exit_code: i32 },
        #[serde(rename = "error")]
        Error { message: ::std::string::String },
    }
    ///`Execution`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Execution {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub block: ::std::option::Option<::std::string::String>,
        pub content_hash: ::std::string::String,
        pub created_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub duration_ms: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub exit_code: ::std::option::Option<i32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub finished_at: ::std::option::Option<Timestamp>,
        pub id: ExecutionId,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub outcome: ::std::option::Option<OutcomeKind>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub runbook_id: ::std::option::Option<RunbookId>,
        pub runtime: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub session_id: ::std::option::Option<SessionId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub signal: ::std::option::Option<i32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub started_at: ::std::option::Option<Timestamp>,
        pub state: ExecutionState,
        pub truncated: bool,
    }
    ///`ExecutionId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct ExecutionId(pub ::std::string::String);
    impl ::std::ops::Deref for ExecutionId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ExecutionId> for ::std::string::String {
        fn from(value: ExecutionId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for ExecutionId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for ExecutionId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for ExecutionId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///What an execution was made of.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ExecutionOrigin {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub block_name: ::std::option::Option<::std::string::String>,
        ///As it ran.
        pub code: ::std::string::String,
        ///Names of what it was given.
        pub inputs: ::std::vec::Vec<::std::string::String>,
        ///Line of the block in that revision, counted from 1.
        pub line: i64,
        ///What its sandbox might use at most.
        pub memory_bytes: i64,
        ///Bytes of output that were kept at most.
        pub output_bytes: i64,
        ///The revision of the runbook whose block it was.
        pub revision: i64,
        ///What the runtime said of itself.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub runtime_version: ::std::option::Option<::std::string::String>,
        ///Null if it had as long as its session.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timeout_ms: ::std::option::Option<i64>,
    }
    ///`ExecutionState`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum ExecutionState {
        #[serde(rename = "queued")]
        Queued,
        #[serde(rename = "running")]
        Running,
        #[serde(rename = "stopping")]
        Stopping,
        #[serde(rename = "finished")]
        Finished,
    }
    impl ::std::fmt::Display for ExecutionState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Queued => f.write_str("queued"),
                Self::Running => f.write_str("running"),
                Self::Stopping => f.write_str("stopping"),
                Self::Finished => f.write_str("finished"),
            }
        }
    }
    impl ::std::str::FromStr for ExecutionState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "queued" => Ok(Self::Queued),
                "running" => Ok(Self::Running),
                "stopping" => Ok(Self::Stopping),
                "finished" => Ok(Self::Finished),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ExecutionState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ExecutionState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///How a block must end to pass.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum Expectation {
        #[serde(rename = "success")]
        Success,
        #[serde(rename = "failure")]
        Failure,
        #[serde(rename = "any")]
        Any,
    }
    impl ::std::fmt::Display for Expectation {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Success => f.write_str("success"),
                Self::Failure => f.write_str("failure"),
                Self::Any => f.write_str("any"),
            }
        }
    }
    impl ::std::str::FromStr for Expectation {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "success" => Ok(Self::Success),
                "failure" => Ok(Self::Failure),
                "any" => Ok(Self::Any),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for Expectation {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for Expectation {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///An entry of a directory.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct File {
        pub kind: FileKind,
        pub name: ::std::string::String,
        ///In bytes; of a symbolic link, the length of its target.
        pub size: i64,
    }
    ///`FileKind`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum FileKind {
        #[serde(rename = "file")]
        File,
        #[serde(rename = "directory")]
        Directory,
        #[serde(rename = "symlink")]
        Symlink,
        #[serde(rename = "other")]
        Other,
    }
    impl ::std::fmt::Display for FileKind {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::File => f.write_str("file"),
                Self::Directory => f.write_str("directory"),
                Self::Symlink => f.write_str("symlink"),
                Self::Other => f.write_str("other"),
            }
        }
    }
    impl ::std::str::FromStr for FileKind {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "file" => Ok(Self::File),
                "directory" => Ok(Self::Directory),
                "symlink" => Ok(Self::Symlink),
                "other" => Ok(Self::Other),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for FileKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for FileKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///Entries of a directory, by name.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Files {
        pub items: ::std::vec::Vec<File>,
        ///Give it back as `after` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_after: ::std::option::Option<::std::string::String>,
        ///All entries of the directory.
        pub total: u64,
    }
    ///What somebody filled in.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FilledInputs {
        pub problems: ::std::vec::Vec<InputProblem>,
        pub secrets: ::std::collections::HashMap<
            ::std::string::String,
            ::std::string::String,
        >,
        ///Secret inputs for which a value was typed in my live session.
        pub typed: ::std::vec::Vec<::std::string::String>,
        pub values: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A folder. All of mine make a tree.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Folder {
        pub created_at: Timestamp,
        pub id: FolderId,
        pub name: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub parent: ::std::option::Option<FolderId>,
        ///Runbooks that lie directly in it.
        pub runbooks: i64,
    }
    ///`FolderChange`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct FolderChange {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<FolderChangeName>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub parent: ::std::option::Option<FolderId>,
    }
    ///`FolderChangeName`
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct FolderChangeName(::std::string::String);
    impl ::std::ops::Deref for FolderChangeName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<FolderChangeName> for ::std::string::String {
        fn from(value: FolderChangeName) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for FolderChangeName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 100usize {
                return Err("longer than 100 characters".into());
            }
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for FolderChangeName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for FolderChangeName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for FolderChangeName {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`FolderId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct FolderId(pub ::std::string::String);
    impl ::std::ops::Deref for FolderId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<FolderId> for ::std::string::String {
        fn from(value: FolderId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for FolderId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for FolderId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for FolderId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///`FunctionDetail`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FunctionDetail {
        pub code: ::std::string::String,
        ///Processors of a call.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_limit: ::std::option::Option<f64>,
        pub created_at: Timestamp,
        ///With spaces between them.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub dependencies: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        ///Seconds for which an instance waits for the next call; 0 keeps none.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub keep_warm: ::std::option::Option<i64>,
        pub lang: CodeLanguage,
        ///Memory of a call, in MiB.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mem_limit_mb: ::std::option::Option<::std::num::NonZeroU64>,
        ///Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers them.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub network: ::std::vec::Vec<::std::string::String>,
        ///Names of my secrets that it finds in its environment.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub secrets: ::std::vec::Vec<::std::string::String>,
        ///The version that answers calls; null before the first one was built.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub serving_version: ::std::option::Option<::std::string::String>,
        pub status: FunctionStatus,
        ///Seconds that a call may take; 60 if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timeout: ::std::option::Option<::std::num::NonZeroU64>,
        pub updated_at: Timestamp,
        ///The current version: the one that was saved, or rolled back to, last.
        pub version: ::std::string::String,
    }
    ///`FunctionId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct FunctionId(pub ::std::string::String);
    impl ::std::ops::Deref for FunctionId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<FunctionId> for ::std::string::String {
        fn from(value: FunctionId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for FunctionId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for FunctionId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for FunctionId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///`FunctionInfo`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FunctionInfo {
        ///Processors of a call.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_limit: ::std::option::Option<f64>,
        pub created_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        ///Seconds for which an instance waits for the next call; 0 keeps none.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub keep_warm: ::std::option::Option<i64>,
        pub lang: CodeLanguage,
        ///Memory of a call, in MiB.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mem_limit_mb: ::std::option::Option<::std::num::NonZeroU64>,
        ///Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers them.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub network: ::std::vec::Vec<::std::string::String>,
        ///Names of my secrets that it finds in its environment.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub secrets: ::std::vec::Vec<::std::string::String>,
        ///The version that answers calls; null before the first one was built.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub serving_version: ::std::option::Option<::std::string::String>,
        pub status: FunctionStatus,
        ///Seconds that a call may take; 60 if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timeout: ::std::option::Option<::std::num::NonZeroU64>,
        pub updated_at: Timestamp,
        ///The current version: the one that was saved, or rolled back to, last.
        pub version: ::std::string::String,
    }
    ///`FunctionItem`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FunctionItem {
        pub info: FunctionInfo,
        pub name: ::std::string::String,
    }
    /**What a version asks for beside its code. What is left out is the server's default, and never what
the version before asked for.*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct FunctionOptions {
        ///Processors of a call.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_limit: ::std::option::Option<f64>,
        ///Seconds for which an instance waits for the next call; 0 keeps none.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub keep_warm: ::std::option::Option<i64>,
        ///Memory of a call, in MiB.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mem_limit_mb: ::std::option::Option<::std::num::NonZeroU64>,
        ///Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers them.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub network: ::std::vec::Vec<::std::string::String>,
        ///Names of my secrets that it finds in its environment.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub secrets: ::std::vec::Vec<::std::string::String>,
        ///Seconds that a call may take; 60 if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timeout: ::std::option::Option<::std::num::NonZeroU64>,
    }
    ///How the current version is.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(tag = "type")]
    pub enum FunctionStatus {
        #[serde(rename = "building")]
        Building,
        ///What answers is `serving_version`.
        #[serde(rename = "error")]
        Error {
            error: ::std::string::String,
            logs: ::std::string::String,
            message: ::std::string::String,
        },
        #[serde(rename = "ready")]
        Ready {
            id: FunctionId,
            ///Name and version.
            tag: ::std::string::String,
        },
    }
    ///`FunctionVersion`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct FunctionVersion {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub built_at: ::std::option::Option<Timestamp>,
        pub code: ::std::string::String,
        ///Processors of a call.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_limit: ::std::option::Option<f64>,
        pub created_at: Timestamp,
        pub dependencies: ::std::vec::Vec<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        ///Seconds for which an instance waits for the next call; 0 keeps none.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub keep_warm: ::std::option::Option<i64>,
        ///What its build said.
        pub logs: ::std::string::String,
        ///Memory of a call, in MiB.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mem_limit_mb: ::std::option::Option<::std::num::NonZeroU64>,
        ///Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers them.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub network: ::std::vec::Vec<::std::string::String>,
        ///Names of my secrets that it finds in its environment.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub secrets: ::std::vec::Vec<::std::string::String>,
        ///Whether it is the one that answers calls.
        pub serving: bool,
        pub status: FunctionStatus,
        ///Seconds that a call may take; 60 if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timeout: ::std::option::Option<::std::num::NonZeroU64>,
        pub version: ::std::string::String,
    }
    ///An operation of a document, with its variables.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct GraphQlRequest {
        ///Which operation is meant, where the document has several.
        #[serde(
            rename = "operationName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub operation_name: ::std::option::Option<::std::string::String>,
        ///Of the schema in `schema.graphql`.
        pub query: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub variables: ::std::option::Option<
            ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        >,
    }
    ///`data` and `errors` as GraphQL has them. Each error has `extensions` with `code` and `status`: those of a problem.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(transparent)]
    pub struct GraphQlResponse(
        pub ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    );
    impl ::std::ops::Deref for GraphQlResponse {
        type Target = ::serde_json::Map<::std::string::String, ::serde_json::Value>;
        fn deref(
            &self,
        ) -> &::serde_json::Map<::std::string::String, ::serde_json::Value> {
            &self.0
        }
    }
    impl ::std::convert::From<GraphQlResponse>
    for ::serde_json::Map<::std::string::String, ::serde_json::Value> {
        fn from(value: GraphQlResponse) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<
        ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    > for GraphQlResponse {
        fn from(
            value: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        ) -> Self {
            Self(value)
        }
    }
    ///The beginning of a text.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Head {
        ///Bytes of the whole text; more than `text` has if that is only its beginning.
        pub bytes: i64,
        pub text: ::std::string::String,
    }
    ///`Hide`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum Hide {
        #[serde(rename = "nothing")]
        Nothing,
        #[serde(rename = "code")]
        Code,
        #[serde(rename = "output")]
        Output,
        #[serde(rename = "both")]
        Both,
    }
    impl ::std::fmt::Display for Hide {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Nothing => f.write_str("nothing"),
                Self::Code => f.write_str("code"),
                Self::Output => f.write_str("output"),
                Self::Both => f.write_str("both"),
            }
        }
    }
    impl ::std::str::FromStr for Hide {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "nothing" => Ok(Self::Nothing),
                "code" => Ok(Self::Code),
                "output" => Ok(Self::Output),
                "both" => Ok(Self::Both),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for Hide {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for Hide {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`ImportUrl`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ImportUrl {
        ///`https://…` of a document, a zip, or a git repository (with `#branch`).
        pub url: ::std::string::String,
    }
    ///What became of one document.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Imported {
        ///The file, as its archive or repository calls it.
        pub name: ::std::string::String,
        ///What was changed or left out, for people.
        pub notes: ::std::vec::Vec<::std::string::String>,
        ///Why none was made.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub problem: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub runbook: ::std::option::Option<RunbookSummary>,
    }
    ///`InputEncoding`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum InputEncoding {
        #[serde(rename = "utf-8")]
        Utf8,
        #[serde(rename = "base64")]
        Base64,
    }
    impl ::std::fmt::Display for InputEncoding {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Utf8 => f.write_str("utf-8"),
                Self::Base64 => f.write_str("base64"),
            }
        }
    }
    impl ::std::str::FromStr for InputEncoding {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "utf-8" => Ok(Self::Utf8),
                "base64" => Ok(Self::Base64),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for InputEncoding {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for InputEncoding {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///What keeps blocks from running.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct InputProblem {
        ///For people.
        pub message: ::std::string::String,
        pub name: ::std::string::String,
    }
    ///What somebody fills in, in place of all that they filled in before.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    #[serde(deny_unknown_fields)]
    pub struct InputsChange {
        ///For inputs that are secret: the name of my secret that stands for each.
        #[serde(
            default,
            skip_serializing_if = ":: std :: collections :: HashMap::is_empty"
        )]
        pub secrets: ::std::collections::HashMap<
            ::std::string::String,
            ::std::string::String,
        >,
        ///Texts, numbers and truth values by name; none for what is secret.
        #[serde(default, skip_serializing_if = "::serde_json::Map::is_empty")]
        pub values: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///`Invocation`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Invocation {
        pub cpu_ms: i64,
        pub created_at: Timestamp,
        pub duration_ms: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub exit_code: ::std::option::Option<i32>,
        pub id: InvocationId,
        ///As JSON.
        pub input: Head,
        pub outcome: OutcomeKind,
        pub peak_memory_bytes: i64,
        pub stderr: Head,
        pub stdout: Head,
        pub truncated: bool,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub value: ::std::option::Option<Head>,
        pub version: ::std::string::String,
        ///Whether an instance was waiting for it.
        pub warm: bool,
    }
    ///`InvocationId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct InvocationId(pub ::std::string::String);
    impl ::std::ops::Deref for InvocationId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<InvocationId> for ::std::string::String {
        fn from(value: InvocationId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for InvocationId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for InvocationId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for InvocationId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///What isolates a session's programs on this machine.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Isolation {
        pub backend: ::std::string::String,
        ///What holds, in words; empty until the sandbox runs.
        pub holds: ::std::vec::Vec<::std::string::String>,
        ///What this machine cannot give, in words.
        pub missing: ::std::vec::Vec<::std::string::String>,
    }
    ///A job.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Job {
        ///Times that a worker took it.
        pub attempt: i64,
        ///Whether it is being cancelled: it will be, even if its program ends by itself.
        pub cancelling: bool,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub claimed_at: ::std::option::Option<Timestamp>,
        pub created_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub ended: ::std::option::Option<End>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub finished_at: ::std::option::Option<Timestamp>,
        pub id: JobId,
        ///As it was submitted.
        pub order: NewJob,
        ///Milliseconds that it has waited for its last start, until now if there was none.
        pub queued_ms: i64,
        ///Why it ended, or why its last attempt did.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub reason: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub result: ::std::option::Option<JobResult>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub retry_of: ::std::option::Option<JobId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub schedule: ::std::option::Option<ScheduleId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub started_at: ::std::option::Option<Timestamp>,
        pub status: JobStatus,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub worker: ::std::option::Option<WorkerId>,
    }
    ///An attempt that is over.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct JobAttempt {
        pub attempt: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub claimed_at: ::std::option::Option<Timestamp>,
        ///How it ended: `failed`, `timed_out`, `lost`, `not_started` and so on.
        pub end: ::std::string::String,
        pub ended_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub exit_code: ::std::option::Option<i32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub reason: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub started_at: ::std::option::Option<Timestamp>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub worker: ::std::option::Option<WorkerId>,
    }
    ///A job with its earlier attempts, the beginning of its output, and what it left.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct JobDetail {
        pub artifacts: ::std::vec::Vec<Artifact>,
        ///Times that a worker took it.
        pub attempt: i64,
        ///Those before the last one.
        pub attempts: ::std::vec::Vec<JobAttempt>,
        ///Whether it is being cancelled: it will be, even if its program ends by itself.
        pub cancelling: bool,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub claimed_at: ::std::option::Option<Timestamp>,
        pub created_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub ended: ::std::option::Option<End>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub finished_at: ::std::option::Option<Timestamp>,
        pub id: JobId,
        ///As it was submitted.
        pub order: NewJob,
        ///What it printed, stdout and stderr as they came: the first 64 KiB.
        pub output: ::std::string::String,
        ///Milliseconds that it has waited for its last start, until now if there was none.
        pub queued_ms: i64,
        ///Why it ended, or why its last attempt did.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub reason: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub result: ::std::option::Option<JobResult>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub retry_of: ::std::option::Option<JobId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub schedule: ::std::option::Option<ScheduleId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub started_at: ::std::option::Option<Timestamp>,
        pub status: JobStatus,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub worker: ::std::option::Option<WorkerId>,
    }
    ///`JobId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct JobId(pub ::std::string::String);
    impl ::std::ops::Deref for JobId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<JobId> for ::std::string::String {
        fn from(value: JobId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for JobId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for JobId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for JobId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    /**Bounds of a user or a token; what is left out is as the one above says: the token's user, then the
server's default.*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    #[serde(deny_unknown_fields)]
    pub struct JobLimits {
        ///Bytes of artifacts that are kept.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub artifact_bytes: ::std::option::Option<i64>,
        ///Seconds of processor time that programs may take between two midnights in UTC.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_seconds_per_day: ::std::option::Option<i64>,
        ///Jobs submitted a minute, on average; as many may come at once after a rest.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub per_minute: ::std::option::Option<i64>,
        ///Jobs that were accepted and have not ended.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub queued: ::std::option::Option<i64>,
        ///Jobs that workers have at once.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub running: ::std::option::Option<i64>,
    }
    ///What jobs may be. What is left out is not restricted.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    #[serde(deny_unknown_fields)]
    pub struct JobPolicy {
        ///Only these kinds of payloads.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub payloads: ::std::option::Option<::std::vec::Vec<PayloadKind>>,
        ///Of commands, only those that fit one of these. A line for the shell fits none.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub programs: ::std::option::Option<::std::vec::Vec<ProgramPattern>>,
    }
    ///What its program may use; the operator's limits if left out, and never more.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    #[serde(deny_unknown_fields)]
    pub struct JobResources {
        ///Processors.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_limit: ::std::option::Option<f64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mem_limit_mb: ::std::option::Option<::std::num::NonZeroU64>,
        ///Bytes of stdout and stderr together that are kept.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub output_limit: ::std::option::Option<i64>,
    }
    ///How a job's program ended.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct JobResult {
        pub cpu_ms: i64,
        pub duration_ms: i64,
        ///Null unless it exited.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub exit_code: ::std::option::Option<i32>,
        pub outcome: OutcomeKind,
        pub peak_memory_bytes: i64,
        pub timeout: bool,
        pub truncated: bool,
    }
    ///How often a job is tried again after its program ran and failed.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct JobRetries {
        /**Seconds before the second attempt, doubled before each further one, of which a random part of up to
a half is left out; 1 if left out.*/
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub backoff: ::std::option::Option<f64>,
        ///Attempts after the first.
        pub max: i32,
    }
    ///How much somebody may ask of the queue, and how much they have.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct JobStanding {
        ///What holds, with what is above it.
        pub limits: JobLimits,
        ///What is set for exactly this subject.
        pub own: JobLimits,
        pub usage: JobUsage,
    }
    ///A [`Phase`] as the wire names it.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum JobStatus {
        #[serde(rename = "queued")]
        Queued,
        #[serde(rename = "running")]
        Running,
        #[serde(rename = "finished")]
        Finished,
        #[serde(rename = "failed")]
        Failed,
        #[serde(rename = "cancelled")]
        Cancelled,
        #[serde(rename = "lost")]
        Lost,
    }
    impl ::std::fmt::Display for JobStatus {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Queued => f.write_str("queued"),
                Self::Running => f.write_str("running"),
                Self::Finished => f.write_str("finished"),
                Self::Failed => f.write_str("failed"),
                Self::Cancelled => f.write_str("cancelled"),
                Self::Lost => f.write_str("lost"),
            }
        }
    }
    impl ::std::str::FromStr for JobStatus {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "queued" => Ok(Self::Queued),
                "running" => Ok(Self::Running),
                "finished" => Ok(Self::Finished),
                "failed" => Ok(Self::Failed),
                "cancelled" => Ok(Self::Cancelled),
                "lost" => Ok(Self::Lost),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for JobStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for JobStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///What a user or a token has used of its limits.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct JobUsage {
        pub artifact_bytes: i64,
        ///Milliseconds of processor time since midnight in UTC.
        pub cpu_ms_today: i64,
        ///Jobs that have not ended.
        pub queued: i64,
        ///Of these, those that workers have.
        pub running: i64,
    }
    ///How a block of a runbook went that I ran last.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct LastExecution {
        pub created_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub exit_code: ::std::option::Option<i32>,
        pub id: ExecutionId,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub outcome: ::std::option::Option<OutcomeKind>,
        pub state: ExecutionState,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyArtifact {
        pub items: ::std::vec::Vec<Artifact>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyExecution {
        pub items: ::std::vec::Vec<Execution>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyFolder {
        pub items: ::std::vec::Vec<Folder>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyImported {
        pub items: ::std::vec::Vec<Imported>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyListedSession {
        pub items: ::std::vec::Vec<ListedSession>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyPort {
        pub items: ::std::vec::Vec<Port>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyRuntime {
        pub items: ::std::vec::Vec<Runtime>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodySecret {
        pub items: ::std::vec::Vec<Secret>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyStaleBlock {
        pub items: ::std::vec::Vec<StaleBlock>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyTagCount {
        pub items: ::std::vec::Vec<TagCount>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyTerminal {
        pub items: ::std::vec::Vec<Terminal>,
    }
    ///A whole list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListBodyToken {
        pub items: ::std::vec::Vec<Token>,
    }
    ///A session in a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ListedSession {
        pub created_at: Timestamp,
        ///Executions of it since the server started; who knows one less than the latest has missed some.
        pub executions: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub expires_at: ::std::option::Option<Timestamp>,
        pub id: SessionId,
        pub isolation: Isolation,
        pub last_activity_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub latest: ::std::option::Option<Execution>,
        ///Why it ended or could not start, for people.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        ///Whether nothing in it moves until it is resumed.
        pub paused: bool,
        ///Place in the queue for a sandbox, 1 for the next; null when it is not waiting.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub queue_position: ::std::option::Option<u64>,
        ///How long it took until it was ready; null before, and once it has ended.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub ready_ms: ::std::option::Option<i64>,
        pub runbook_id: RunbookId,
        ///Of its runbook, as it is now.
        pub runbook_title: ::std::string::String,
        pub status: SessionStatus,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<SessionUsage>,
        pub user_id: UserId,
        ///Name of its user.
        pub username: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub walk: ::std::option::Option<Walk>,
    }
    ///A token that was just made.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct MadeToken {
        pub created_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub expires_at: ::std::option::Option<Timestamp>,
        pub id: TokenId,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub last_used_at: ::std::option::Option<Timestamp>,
        pub limits: TokenLimits,
        pub name: ::std::string::String,
        ///The beginning of its secret.
        pub prefix: ::std::string::String,
        pub scopes: ::std::vec::Vec<Scope>,
        pub status: TokenStatus,
        ///The secret, shown this once; null when the request is repeated with its Idempotency-Key.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub token: ::std::option::Option<::std::string::String>,
    }
    ///A text, and what in it is marked.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct MarkedText {
        ///Where each mark begins and ends, in UTF-16 code units, in order.
        pub marks: ::std::vec::Vec<::std::vec::Vec<u64>>,
        pub text: ::std::string::String,
    }
    ///A message of JSON-RPC 2.0, as the Model Context Protocol has them: a request, a notification, or an answer.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct McpMessage {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub error: ::std::option::Option<::serde_json::Value>,
        ///Text or number; none in a notification.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::serde_json::Value>,
        pub jsonrpc: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub method: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub params: ::std::option::Option<::serde_json::Value>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub result: ::std::option::Option<::serde_json::Value>,
    }
    ///What becomes of runs whose time passed while nobody was there to submit them.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum Missed {
        #[serde(rename = "skip")]
        Skip,
        #[serde(rename = "once")]
        Once,
        #[serde(rename = "all")]
        All,
    }
    impl ::std::fmt::Display for Missed {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Skip => f.write_str("skip"),
                Self::Once => f.write_str("once"),
                Self::All => f.write_str("all"),
            }
        }
    }
    impl ::std::str::FromStr for Missed {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "skip" => Ok(Self::Skip),
                "once" => Ok(Self::Once),
                "all" => Ok(Self::All),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for Missed {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for Missed {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`Mode`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum Mode {
        #[serde(rename = "hub")]
        Hub,
        #[serde(rename = "local")]
        Local,
    }
    impl ::std::fmt::Display for Mode {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Hub => f.write_str("hub"),
                Self::Local => f.write_str("local"),
            }
        }
    }
    impl ::std::str::FromStr for Mode {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "hub" => Ok(Self::Hub),
                "local" => Ok(Self::Local),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for Mode {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for Mode {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///What an agent session is to do.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NewAgentRunbook {
        /**The email address of the user in whose name this is: they take part, and commits name them. Administrators
may give another's.*/
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub author_email: ::std::option::Option<::std::string::String>,
        ///What the text of each pull request begins with.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<NewAgentRunbookDescription>,
        ///Whether pull requests are drafts until their steps are completed.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub draft: ::std::option::Option<bool>,
        ///Of each pull request.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub labels: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///Whether nobody is asked anything and all goes into one draft. True if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub oneshot: ::std::option::Option<bool>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub pr_mode: ::std::option::Option<PrMode>,
        ///What is to be done.
        pub prompt: NewAgentRunbookPrompt,
        pub repository: RepositoryName,
        ///What branches begin at and pull requests lead to; `main` if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub target_branch: ::std::option::Option<NewAgentRunbookTargetBranch>,
        ///The beginning of the prompt if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub title: ::std::option::Option<NewAgentRunbookTitle>,
    }
    ///What the text of each pull request begins with.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct NewAgentRunbookDescription(::std::string::String);
    impl ::std::ops::Deref for NewAgentRunbookDescription {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<NewAgentRunbookDescription> for ::std::string::String {
        fn from(value: NewAgentRunbookDescription) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for NewAgentRunbookDescription {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 16384usize {
                return Err("longer than 16384 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for NewAgentRunbookDescription {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for NewAgentRunbookDescription {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for NewAgentRunbookDescription {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///What is to be done.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct NewAgentRunbookPrompt(::std::string::String);
    impl ::std::ops::Deref for NewAgentRunbookPrompt {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<NewAgentRunbookPrompt> for ::std::string::String {
        fn from(value: NewAgentRunbookPrompt) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for NewAgentRunbookPrompt {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 65536usize {
                return Err("longer than 65536 characters".into());
            }
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for NewAgentRunbookPrompt {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for NewAgentRunbookPrompt {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for NewAgentRunbookPrompt {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///What branches begin at and pull requests lead to; `main` if left out.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct NewAgentRunbookTargetBranch(::std::string::String);
    impl ::std::ops::Deref for NewAgentRunbookTargetBranch {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<NewAgentRunbookTargetBranch> for ::std::string::String {
        fn from(value: NewAgentRunbookTargetBranch) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for NewAgentRunbookTargetBranch {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 200usize {
                return Err("longer than 200 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for NewAgentRunbookTargetBranch {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for NewAgentRunbookTargetBranch {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for NewAgentRunbookTargetBranch {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///The beginning of the prompt if left out.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct NewAgentRunbookTitle(::std::string::String);
    impl ::std::ops::Deref for NewAgentRunbookTitle {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<NewAgentRunbookTitle> for ::std::string::String {
        fn from(value: NewAgentRunbookTitle) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for NewAgentRunbookTitle {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 200usize {
                return Err("longer than 200 characters".into());
            }
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for NewAgentRunbookTitle {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for NewAgentRunbookTitle {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for NewAgentRunbookTitle {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`NewDirectory`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NewDirectory {
        ///Relative to the workspace.
        pub path: ::std::string::String,
    }
    ///`NewExecution`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NewExecution {
        ///Id of the block.
        pub block: ::std::string::String,
        ///`content_hash` of the block as the caller sees it. Another one is refused (409).
        pub content_hash: ::std::string::String,
        ///Whether somebody will answer what the block asks on standard input. If not, its input is empty.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub interactive: ::std::option::Option<bool>,
    }
    ///`NewFolder`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NewFolder {
        ///Not only spaces, and without slashes.
        pub name: NewFolderName,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub parent: ::std::option::Option<FolderId>,
    }
    ///Not only spaces, and without slashes.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct NewFolderName(::std::string::String);
    impl ::std::ops::Deref for NewFolderName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<NewFolderName> for ::std::string::String {
        fn from(value: NewFolderName) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for NewFolderName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 100usize {
                return Err("longer than 100 characters".into());
            }
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for NewFolderName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for NewFolderName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for NewFolderName {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///A job to be done. Of `payload`, one of `command`, `code`, `artifact`, `runbook` and `function` is given.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct NewJob {
        ///Jobs of mine that must have succeeded before.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub after: ::std::option::Option<::std::vec::Vec<JobId>>,
        ///Artifacts that are files of its workspace when it starts.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub artifacts_in: ::std::option::Option<::std::vec::Vec<ArtifactIn>>,
        ///Patterns of files that are kept when it has ended: `*.csv`, `out/**`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub artifacts_out: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///Jobs of mine with the same key wait for each other.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub concurrency_key: ::std::option::Option<::std::string::String>,
        ///How many of them may run at once; one if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub concurrency_limit: ::std::option::Option<::std::num::NonZeroU32>,
        ///Packages, as the language's package manager names them.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub dependencies: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///Environment variables of its program.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub env: ::std::option::Option<
            ::std::collections::HashMap<::std::string::String, ::std::string::String>,
        >,
        ///By what a submission is known again, instead of the header `Idempotency-Key`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub idempotency_key: ::std::option::Option<::std::string::String>,
        ///To run it twice does no harm, so that it is started again when its worker was lost.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub idempotent: ::std::option::Option<bool>,
        ///What its code is written in. A command needs none.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub language: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub limits: ::std::option::Option<JobResources>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        ///Hosts that it reaches, as far as the operator offers them.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub network: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        pub payload: Payload,
        ///Of my jobs, the higher goes first.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub priority: ::std::option::Option<i32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub retries: ::std::option::Option<JobRetries>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub run_at: ::std::option::Option<Timestamp>,
        ///Names of my secrets, each an environment variable of its program.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub secrets: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ///Seconds that its program may take.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timeout: ::std::option::Option<f64>,
        ///Where it is told that the job has ended.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub webhook: ::std::option::Option<::std::string::String>,
    }
    ///`NewPreview`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NewPreview {
        ///Path within the preview to open, `/` if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub path: ::std::option::Option<::std::string::String>,
        pub port: ::std::num::NonZeroU32,
    }
    ///`NewRunbook`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NewRunbook {
        pub content: ::std::string::String,
        ///Not only spaces.
        pub title: NewRunbookTitle,
    }
    ///Not only spaces.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct NewRunbookTitle(::std::string::String);
    impl ::std::ops::Deref for NewRunbookTitle {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<NewRunbookTitle> for ::std::string::String {
        fn from(value: NewRunbookTitle) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for NewRunbookTitle {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 200usize {
                return Err("longer than 200 characters".into());
            }
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for NewRunbookTitle {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for NewRunbookTitle {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for NewRunbookTitle {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///Submits a job at set times.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct NewSchedule {
        ///Minute, hour, day of the month, month, day of the week.
        pub cron: ::std::string::String,
        pub job: NewJob,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub missed: ::std::option::Option<Missed>,
        pub name: NewScheduleName,
        ///Whether it rests.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub paused: ::std::option::Option<bool>,
        ///Whose hours these are: `Europe/Vienna`. UTC if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub time_zone: ::std::option::Option<::std::string::String>,
    }
    ///`NewScheduleName`
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct NewScheduleName(::std::string::String);
    impl ::std::ops::Deref for NewScheduleName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<NewScheduleName> for ::std::string::String {
        fn from(value: NewScheduleName) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for NewScheduleName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 200usize {
                return Err("longer than 200 characters".into());
            }
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for NewScheduleName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for NewScheduleName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for NewScheduleName {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`NewToken`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NewToken {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub expires_at: ::std::option::Option<Timestamp>,
        ///What you call it: 1 to 100 characters.
        pub name: NewTokenName,
        ///What it may do; not more than you may.
        pub scopes: ::std::vec::Vec<Scope>,
    }
    ///What you call it: 1 to 100 characters.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct NewTokenName(::std::string::String);
    impl ::std::ops::Deref for NewTokenName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<NewTokenName> for ::std::string::String {
        fn from(value: NewTokenName) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for NewTokenName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 100usize {
                return Err("longer than 100 characters".into());
            }
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for NewTokenName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for NewTokenName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for NewTokenName {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`NewUpload`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct NewUpload {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub digest: ::std::option::Option<Digest>,
        ///Seconds until the artifact is deleted, a hundred years at most; as the operator says if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub keep: ::std::option::Option<i64>,
        ///By its name if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub media_type: ::std::option::Option<::std::string::String>,
        ///What it is called: a file name or a path.
        pub name: ::std::string::String,
        ///Its length in bytes.
        pub size: i64,
    }
    ///`NewWalk`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct NewWalk {
        ///Id of a block; needed unless all are selected.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub block: ::std::option::Option<::std::string::String>,
        ///`content_hash` of the block as the caller sees it, where one block is selected. Another one is refused (409).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub content_hash: ::std::option::Option<::std::string::String>,
        ///Whether somebody will answer what the blocks ask on standard input. If not, their input is empty.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub interactive: ::std::option::Option<bool>,
        pub select: WalkSelection,
        ///Values of secret inputs, by name: kept in memory until the session ends, and nowhere else.
        #[serde(
            default,
            skip_serializing_if = ":: std :: collections :: HashMap::is_empty"
        )]
        pub typed: ::std::collections::HashMap<
            ::std::string::String,
            ::std::string::String,
        >,
    }
    ///`OnOutputLimit`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum OnOutputLimit {
        #[serde(rename = "continue")]
        Continue,
        #[serde(rename = "kill")]
        Kill,
    }
    impl ::std::fmt::Display for OnOutputLimit {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Continue => f.write_str("continue"),
                Self::Kill => f.write_str("kill"),
            }
        }
    }
    impl ::std::str::FromStr for OnOutputLimit {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "continue" => Ok(Self::Continue),
                "kill" => Ok(Self::Kill),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for OnOutputLimit {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for OnOutputLimit {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///An [`Outcome`] without its details, as the wire names it.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum OutcomeKind {
        #[serde(rename = "exited")]
        Exited,
        #[serde(rename = "killed")]
        Killed,
        #[serde(rename = "timed_out")]
        TimedOut,
        #[serde(rename = "out_of_memory")]
        OutOfMemory,
        #[serde(rename = "cancelled")]
        Cancelled,
        #[serde(rename = "lost")]
        Lost,
    }
    impl ::std::fmt::Display for OutcomeKind {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Exited => f.write_str("exited"),
                Self::Killed => f.write_str("killed"),
                Self::TimedOut => f.write_str("timed_out"),
                Self::OutOfMemory => f.write_str("out_of_memory"),
                Self::Cancelled => f.write_str("cancelled"),
                Self::Lost => f.write_str("lost"),
            }
        }
    }
    impl ::std::str::FromStr for OutcomeKind {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "exited" => Ok(Self::Exited),
                "killed" => Ok(Self::Killed),
                "timed_out" => Ok(Self::TimedOut),
                "out_of_memory" => Ok(Self::OutOfMemory),
                "cancelled" => Ok(Self::Cancelled),
                "lost" => Ok(Self::Lost),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for OutcomeKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for OutcomeKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodyAccount {
        pub items: ::std::vec::Vec<Account>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodyArtifact {
        pub items: ::std::vec::Vec<Artifact>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodyAuditEntry {
        pub items: ::std::vec::Vec<AuditEntry>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodyFunctionVersion {
        pub items: ::std::vec::Vec<FunctionVersion>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodyInvocation {
        pub items: ::std::vec::Vec<Invocation>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodyJob {
        pub items: ::std::vec::Vec<Job>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodyPastExecution {
        pub items: ::std::vec::Vec<PastExecution>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodyRevision {
        pub items: ::std::vec::Vec<Revision>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodyRunbookItem {
        pub items: ::std::vec::Vec<RunbookItem>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodySchedule {
        pub items: ::std::vec::Vec<Schedule>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///One page of a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PageBodyTrashedRunbook {
        pub items: ::std::vec::Vec<TrashedRunbook>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///An execution in a list of past ones.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct PastExecution {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub block: ::std::option::Option<::std::string::String>,
        ///As the block was called then.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub block_name: ::std::option::Option<::std::string::String>,
        pub content_hash: ::std::string::String,
        pub created_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub duration_ms: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub exit_code: ::std::option::Option<i32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub finished_at: ::std::option::Option<Timestamp>,
        pub id: ExecutionId,
        ///Where the block stood then.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub line: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub outcome: ::std::option::Option<OutcomeKind>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub runbook_id: ::std::option::Option<RunbookId>,
        pub runtime: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub session_id: ::std::option::Option<SessionId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub signal: ::std::option::Option<i32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub started_at: ::std::option::Option<Timestamp>,
        pub state: ExecutionState,
        pub truncated: bool,
    }
    ///What a job runs.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum Payload {
        CommandPayload { command: CommandLine },
        CodePayload {
            #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
            args: ::std::vec::Vec<::std::string::String>,
            code: ::std::string::String,
        },
        ArtifactPayload {
            #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
            args: ::std::vec::Vec<::std::string::String>,
            artifact: ::std::string::String,
        },
        RunbookPayload {
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            inputs: ::std::option::Option<RunbookInputs>,
            runbook: RunbookId,
        },
        FunctionPayload {
            function: ::std::string::String,
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            input: ::std::option::Option<::serde_json::Value>,
        },
    }
    ///What a job runs, without saying which.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum PayloadKind {
        #[serde(rename = "command")]
        Command,
        #[serde(rename = "code")]
        Code,
        #[serde(rename = "artifact")]
        Artifact,
        #[serde(rename = "runbook")]
        Runbook,
        #[serde(rename = "function")]
        Function,
    }
    impl ::std::fmt::Display for PayloadKind {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Command => f.write_str("command"),
                Self::Code => f.write_str("code"),
                Self::Artifact => f.write_str("artifact"),
                Self::Runbook => f.write_str("runbook"),
                Self::Function => f.write_str("function"),
            }
        }
    }
    impl ::std::str::FromStr for PayloadKind {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "command" => Ok(Self::Command),
                "code" => Ok(Self::Code),
                "artifact" => Ok(Self::Artifact),
                "runbook" => Ok(Self::Runbook),
                "function" => Ok(Self::Function),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for PayloadKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for PayloadKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///A port on which a program of a session waits for connections.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Port {
        ///Whether programs listen on it at all addresses of the sandbox, and not only at its loopback.
        pub everywhere: bool,
        pub port: i32,
    }
    ///How steps become pull requests.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum PrMode {
        #[serde(rename = "stacked_pr")]
        StackedPr,
        #[serde(rename = "single_pr")]
        SinglePr,
        #[serde(rename = "manual")]
        Manual,
    }
    impl ::std::fmt::Display for PrMode {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::StackedPr => f.write_str("stacked_pr"),
                Self::SinglePr => f.write_str("single_pr"),
                Self::Manual => f.write_str("manual"),
            }
        }
    }
    impl ::std::str::FromStr for PrMode {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "stacked_pr" => Ok(Self::StackedPr),
                "single_pr" => Ok(Self::SinglePr),
                "manual" => Ok(Self::Manual),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for PrMode {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for PrMode {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///A way into a port of a session, for a browser.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Preview {
        ///The origin on which the port is shown, to this user's browser.
        pub origin: ::std::string::String,
        ///Opens once, within a minute, for whoever has it.
        pub url: ::std::string::String,
    }
    ///How a [`Problem`] is sent: RFC 9457 problem details.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Problem {
        pub code: Code,
        ///One sentence for people: what failed, with which value, and what to do.
        pub detail: ::std::string::String,
        ///Where in the request's JSON the reason stands: a JSON pointer (RFC 6901), if there is one place.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub field: ::std::option::Option<::std::string::String>,
        ///Seconds after which asking again may help, as in the header `Retry-After`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub retry_after: ::std::option::Option<i64>,
        pub status: i32,
        pub title: ::std::string::String,
        ///Always `about:blank`: the code says what kind of problem it is.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
    }
    ///A program, and what its arguments may be.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(deny_unknown_fields)]
    pub struct ProgramPattern {
        ///One pattern for each argument; `...` at the end stands for any number of further ones.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub args: ::std::vec::Vec<::std::string::String>,
        ///As the command has it; `*` and `?` stand for any characters.
        pub program: ::std::string::String,
    }
    ///The queue in figures.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Queue {
        pub ended_last_minute: i64,
        ///Jobs behind a bound that they share.
        pub held: i64,
        pub leased: i64,
        ///How long the longest-waiting ready job has been due.
        pub oldest_ms: i64,
        ///Jobs that a worker may take.
        pub ready: i64,
        pub running: i64,
        ///Jobs whose time has not come.
        pub scheduled: i64,
        ///Jobs that come after others.
        pub waiting: i64,
        pub workers: ::std::vec::Vec<Worker>,
    }
    ///`RenameFile`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RenameFile {
        pub from: ::std::string::String,
        ///A path that is not taken.
        pub to: ::std::string::String,
    }
    ///A repository that was set up for sessions, by what its address ends with.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RepositoryName {
        pub name: RepositoryNameName,
        pub org: RepositoryNameOrg,
    }
    ///`RepositoryNameName`
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct RepositoryNameName(::std::string::String);
    impl ::std::ops::Deref for RepositoryNameName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<RepositoryNameName> for ::std::string::String {
        fn from(value: RepositoryNameName) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for RepositoryNameName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for RepositoryNameName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for RepositoryNameName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for RepositoryNameName {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`RepositoryNameOrg`
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct RepositoryNameOrg(::std::string::String);
    impl ::std::ops::Deref for RepositoryNameOrg {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<RepositoryNameOrg> for ::std::string::String {
        fn from(value: RepositoryNameOrg) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for RepositoryNameOrg {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for RepositoryNameOrg {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for RepositoryNameOrg {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for RepositoryNameOrg {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`Revision`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Revision {
        pub author: UserId,
        pub author_name: ::std::string::String,
        pub created_at: Timestamp,
        ///Lines that the revision before has not; unknown of the first, and of those that older versions saved.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub lines_added: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub lines_removed: ::std::option::Option<i64>,
        ///What somebody called it.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        pub number: i64,
        pub origin: RevisionOrigin,
        ///The revision whose text it has, if it was restored.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub restored_from: ::std::option::Option<i64>,
        ///While somebody edits, what is saved of some minutes is one revision: its number and this grow.
        pub updated_at: Timestamp,
    }
    ///How a revision became another.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RevisionDiff {
        ///The old one; none if the new one is the first.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub from: ::std::option::Option<i64>,
        pub hunks: ::std::vec::Vec<RevisionDiffHunk>,
        pub lines_added: i64,
        pub lines_removed: i64,
        pub to: i64,
        ///There is more than is shown.
        pub truncated: bool,
    }
    ///Lines that differ, with three around them.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RevisionDiffHunk {
        pub lines: ::std::vec::Vec<RevisionDiffLine>,
        pub new_start: u64,
        ///Lines are counted from 1.
        pub old_start: u64,
    }
    ///`RevisionDiffLine`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RevisionDiffLine {
        pub kind: RevisionDiffLineKind,
        ///Without its end.
        pub text: ::std::string::String,
    }
    ///`RevisionDiffLineKind`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum RevisionDiffLineKind {
        #[serde(rename = "context")]
        Context,
        #[serde(rename = "added")]
        Added,
        #[serde(rename = "removed")]
        Removed,
    }
    impl ::std::fmt::Display for RevisionDiffLineKind {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Context => f.write_str("context"),
                Self::Added => f.write_str("added"),
                Self::Removed => f.write_str("removed"),
            }
        }
    }
    impl ::std::str::FromStr for RevisionDiffLineKind {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "context" => Ok(Self::Context),
                "added" => Ok(Self::Added),
                "removed" => Ok(Self::Removed),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for RevisionDiffLineKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for RevisionDiffLineKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`RevisionName`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct RevisionName {
        ///Not only spaces; `null` takes it away.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<RevisionNameName>,
    }
    ///Not only spaces; `null` takes it away.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct RevisionNameName(::std::string::String);
    impl ::std::ops::Deref for RevisionNameName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<RevisionNameName> for ::std::string::String {
        fn from(value: RevisionNameName) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for RevisionNameName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 200usize {
                return Err("longer than 200 characters".into());
            }
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for RevisionNameName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for RevisionNameName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for RevisionNameName {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`RevisionOrigin`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum RevisionOrigin {
        #[serde(rename = "saved")]
        Saved,
        #[serde(rename = "edited")]
        Edited,
        #[serde(rename = "restored")]
        Restored,
    }
    impl ::std::fmt::Display for RevisionOrigin {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Saved => f.write_str("saved"),
                Self::Edited => f.write_str("edited"),
                Self::Restored => f.write_str("restored"),
            }
        }
    }
    impl ::std::str::FromStr for RevisionOrigin {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "saved" => Ok(Self::Saved),
                "edited" => Ok(Self::Edited),
                "restored" => Ok(Self::Restored),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for RevisionOrigin {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for RevisionOrigin {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`RevisionText`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RevisionText {
        pub author: UserId,
        pub author_name: ::std::string::String,
        pub content: ::std::string::String,
        pub created_at: Timestamp,
        ///Lines that the revision before has not; unknown of the first, and of those that older versions saved.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub lines_added: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub lines_removed: ::std::option::Option<i64>,
        ///What somebody called it.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        pub number: i64,
        pub origin: RevisionOrigin,
        ///The revision whose text it has, if it was restored.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub restored_from: ::std::option::Option<i64>,
        ///While somebody edits, what is saved of some minutes is one revision: its number and this grow.
        pub updated_at: Timestamp,
    }
    ///The version that should answer.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RollbackFunctionInput {
        ///Its number, as `version` shows it.
        pub version: ::std::string::String,
    }
    ///The input of a call, and its limits where they are not the function's.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct RunFunctionInput {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_limit: ::std::option::Option<f64>,
        ///Any JSON; null if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub input: ::std::option::Option<::serde_json::Value>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mem_limit_mb: ::std::option::Option<::std::num::NonZeroU64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timeout: ::std::option::Option<::std::num::NonZeroU64>,
    }
    ///`Runbook`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Runbook {
        pub blocks: ::std::vec::Vec<Block>,
        pub content: ::std::string::String,
        pub created_at: Timestamp,
        pub diagnostics: ::std::vec::Vec<Diagnostic>,
        ///Whether the file has changed since its blocks were approved (local mode).
        pub drifted: bool,
        pub editable: bool,
        pub id: RunbookId,
        ///What it asks its reader for before its blocks run.
        pub inputs: ::std::vec::Vec<RunbookInput>,
        pub revision: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub session: ::std::option::Option<Session>,
        pub title: ::std::string::String,
        pub updated_at: Timestamp,
    }
    ///`RunbookChange`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct RunbookChange {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub content: ::std::option::Option<::std::string::String>,
        ///The revision that was edited. If another one came after it, nothing is saved (409).
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub revision: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub title: ::std::option::Option<RunbookChangeTitle>,
    }
    ///`RunbookChangeTitle`
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct RunbookChangeTitle(::std::string::String);
    impl ::std::ops::Deref for RunbookChangeTitle {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<RunbookChangeTitle> for ::std::string::String {
        fn from(value: RunbookChangeTitle) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for RunbookChangeTitle {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 200usize {
                return Err("longer than 200 characters".into());
            }
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for RunbookChangeTitle {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for RunbookChangeTitle {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for RunbookChangeTitle {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`RunbookId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct RunbookId(pub ::std::string::String);
    impl ::std::ops::Deref for RunbookId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<RunbookId> for ::std::string::String {
        fn from(value: RunbookId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for RunbookId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for RunbookId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for RunbookId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///A value that a runbook asks for. Programs find it in their environment under its name.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RunbookInput {
        ///What holds where nothing is filled in; empty without one.
        pub default: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub help: ::std::option::Option<::std::string::String>,
        pub kind: RunbookInputKind,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub label: ::std::option::Option<::std::string::String>,
        ///Line of the block that it is declared in; null for the front matter.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub line: ::std::option::Option<u64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub max: ::std::option::Option<f64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub min: ::std::option::Option<f64>,
        pub name: ::std::string::String,
        ///What a select offers.
        pub options: ::std::vec::Vec<::std::string::String>,
        pub required: bool,
    }
    ///`RunbookInputKind`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum RunbookInputKind {
        #[serde(rename = "text")]
        Text,
        #[serde(rename = "multiline")]
        Multiline,
        #[serde(rename = "number")]
        Number,
        #[serde(rename = "boolean")]
        Boolean,
        #[serde(rename = "select")]
        Select,
        #[serde(rename = "date")]
        Date,
        #[serde(rename = "secret")]
        Secret,
    }
    impl ::std::fmt::Display for RunbookInputKind {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Text => f.write_str("text"),
                Self::Multiline => f.write_str("multiline"),
                Self::Number => f.write_str("number"),
                Self::Boolean => f.write_str("boolean"),
                Self::Select => f.write_str("select"),
                Self::Date => f.write_str("date"),
                Self::Secret => f.write_str("secret"),
            }
        }
    }
    impl ::std::str::FromStr for RunbookInputKind {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "text" => Ok(Self::Text),
                "multiline" => Ok(Self::Multiline),
                "number" => Ok(Self::Number),
                "boolean" => Ok(Self::Boolean),
                "select" => Ok(Self::Select),
                "date" => Ok(Self::Date),
                "secret" => Ok(Self::Secret),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for RunbookInputKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for RunbookInputKind {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /**The values of a runbook's inputs, by name. Described by a name of its own: generators of clients stumble
over a map within a choice.*/
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(transparent)]
    pub struct RunbookInputs(
        pub ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    );
    impl ::std::ops::Deref for RunbookInputs {
        type Target = ::serde_json::Map<::std::string::String, ::serde_json::Value>;
        fn deref(
            &self,
        ) -> &::serde_json::Map<::std::string::String, ::serde_json::Value> {
            &self.0
        }
    }
    impl ::std::convert::From<RunbookInputs>
    for ::serde_json::Map<::std::string::String, ::serde_json::Value> {
        fn from(value: RunbookInputs) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<
        ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    > for RunbookInputs {
        fn from(
            value: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        ) -> Self {
            Self(value)
        }
    }
    ///A runbook in a list.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RunbookItem {
        pub created_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub folder: ::std::option::Option<FolderId>,
        pub id: RunbookId,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub last_execution: ::std::option::Option<LastExecution>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub opened_at: ::std::option::Option<Timestamp>,
        pub revision: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub session: ::std::option::Option<Session>,
        pub starred: bool,
        pub tags: ::std::vec::Vec<Tag>,
        pub title: ::std::string::String,
        pub updated_at: Timestamp,
    }
    ///`RunbookSummary`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct RunbookSummary {
        pub created_at: Timestamp,
        pub id: RunbookId,
        pub revision: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub session: ::std::option::Option<Session>,
        pub title: ::std::string::String,
        pub updated_at: Timestamp,
    }
    ///`Runtime`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Runtime {
        pub available: bool,
        ///What to do where it is missing.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        pub name: RuntimeName,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub version: ::std::option::Option<::std::string::String>,
    }
    ///A language that blocks can be written in.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum RuntimeName {
        #[serde(rename = "python")]
        Python,
        #[serde(rename = "node")]
        Node,
        #[serde(rename = "bash")]
        Bash,
        #[serde(rename = "golang")]
        Golang,
        #[serde(rename = "typescript")]
        Typescript,
        #[serde(rename = "rust")]
        Rust,
    }
    impl ::std::fmt::Display for RuntimeName {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Python => f.write_str("python"),
                Self::Node => f.write_str("node"),
                Self::Bash => f.write_str("bash"),
                Self::Golang => f.write_str("golang"),
                Self::Typescript => f.write_str("typescript"),
                Self::Rust => f.write_str("rust"),
            }
        }
    }
    impl ::std::str::FromStr for RuntimeName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "python" => Ok(Self::Python),
                "node" => Ok(Self::Node),
                "bash" => Ok(Self::Bash),
                "golang" => Ok(Self::Golang),
                "typescript" => Ok(Self::Typescript),
                "rust" => Ok(Self::Rust),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for RuntimeName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for RuntimeName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///A schedule.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Schedule {
        pub created_at: Timestamp,
        pub cron: ::std::string::String,
        pub id: ScheduleId,
        pub job: NewJob,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub last_job: ::std::option::Option<JobId>,
        pub missed: Missed,
        pub name: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_at: ::std::option::Option<Timestamp>,
        pub paused: bool,
        pub time_zone: ::std::string::String,
    }
    ///`ScheduleId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct ScheduleId(pub ::std::string::String);
    impl ::std::ops::Deref for ScheduleId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ScheduleId> for ::std::string::String {
        fn from(value: ScheduleId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for ScheduleId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for ScheduleId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for ScheduleId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///`Scope`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum Scope {
        #[serde(rename = "code:run")]
        CodeRun,
        #[serde(rename = "function:read")]
        FunctionRead,
        #[serde(rename = "function:write")]
        FunctionWrite,
        #[serde(rename = "function:run")]
        FunctionRun,
        #[serde(rename = "runbook:read")]
        RunbookRead,
        #[serde(rename = "runbook:write")]
        RunbookWrite,
        #[serde(rename = "session:run")]
        SessionRun,
        #[serde(rename = "job:read")]
        JobRead,
        #[serde(rename = "job:write")]
        JobWrite,
        #[serde(rename = "agent:read")]
        AgentRead,
        #[serde(rename = "agent:write")]
        AgentWrite,
        #[serde(rename = "token:write")]
        TokenWrite,
        #[serde(rename = "admin")]
        Admin,
    }
    impl ::std::fmt::Display for Scope {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::CodeRun => f.write_str("code:run"),
                Self::FunctionRead => f.write_str("function:read"),
                Self::FunctionWrite => f.write_str("function:write"),
                Self::FunctionRun => f.write_str("function:run"),
                Self::RunbookRead => f.write_str("runbook:read"),
                Self::RunbookWrite => f.write_str("runbook:write"),
                Self::SessionRun => f.write_str("session:run"),
                Self::JobRead => f.write_str("job:read"),
                Self::JobWrite => f.write_str("job:write"),
                Self::AgentRead => f.write_str("agent:read"),
                Self::AgentWrite => f.write_str("agent:write"),
                Self::TokenWrite => f.write_str("token:write"),
                Self::Admin => f.write_str("admin"),
            }
        }
    }
    impl ::std::str::FromStr for Scope {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "code:run" => Ok(Self::CodeRun),
                "function:read" => Ok(Self::FunctionRead),
                "function:write" => Ok(Self::FunctionWrite),
                "function:run" => Ok(Self::FunctionRun),
                "runbook:read" => Ok(Self::RunbookRead),
                "runbook:write" => Ok(Self::RunbookWrite),
                "session:run" => Ok(Self::SessionRun),
                "job:read" => Ok(Self::JobRead),
                "job:write" => Ok(Self::JobWrite),
                "agent:read" => Ok(Self::AgentRead),
                "agent:write" => Ok(Self::AgentWrite),
                "token:write" => Ok(Self::TokenWrite),
                "admin" => Ok(Self::Admin),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for Scope {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for Scope {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The block that a place is in.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SearchBlock {
        pub id: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub language: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
    }
    ///A runbook in which something was found.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SearchHit {
        pub id: RunbookId,
        ///Lines beyond those in which something was found.
        pub more: u64,
        ///The best places, in the order of the text.
        pub places: ::std::vec::Vec<SearchPlace>,
        pub title: MarkedText,
        pub updated_at: Timestamp,
    }
    ///One page of what was found.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SearchPage {
        ///Whether some of my runbooks are still to be indexed and may be missing here.
        pub indexing: bool,
        pub items: ::std::vec::Vec<SearchHit>,
        ///Give it back as `cursor` for the next page; null on the last one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub next_cursor: ::std::option::Option<::std::string::String>,
    }
    ///`SearchPlace`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SearchPlace {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub block: ::std::option::Option<SearchBlock>,
        ///The heading that it stands under.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub heading: ::std::option::Option<::std::string::String>,
        ///Counted from 1.
        pub line: u64,
        ///The line, or as much of it as is shown.
        pub snippet: MarkedText,
    }
    ///`Secret`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Secret {
        pub created_at: Timestamp,
        pub name: ::std::string::String,
        pub updated_at: Timestamp,
    }
    ///`SecretValue`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SecretValue {
        ///4 bytes to 32 KiB; it cannot be read back.
        pub value: SecretValueValue,
    }
    ///4 bytes to 32 KiB; it cannot be read back.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct SecretValueValue(::std::string::String);
    impl ::std::ops::Deref for SecretValueValue {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<SecretValueValue> for ::std::string::String {
        fn from(value: SecretValueValue) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for SecretValueValue {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for SecretValueValue {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for SecretValueValue {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for SecretValueValue {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`Session`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Session {
        pub created_at: Timestamp,
        ///Executions of it since the server started; who knows one less than the latest has missed some.
        pub executions: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub expires_at: ::std::option::Option<Timestamp>,
        pub id: SessionId,
        pub isolation: Isolation,
        pub last_activity_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub latest: ::std::option::Option<Execution>,
        ///Why it ended or could not start, for people.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub message: ::std::option::Option<::std::string::String>,
        ///Whether nothing in it moves until it is resumed.
        pub paused: bool,
        ///Place in the queue for a sandbox, 1 for the next; null when it is not waiting.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub queue_position: ::std::option::Option<u64>,
        ///How long it took until it was ready; null before, and once it has ended.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub ready_ms: ::std::option::Option<i64>,
        pub runbook_id: RunbookId,
        pub status: SessionStatus,
        pub user_id: UserId,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub walk: ::std::option::Option<Walk>,
    }
    ///`SessionId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct SessionId(pub ::std::string::String);
    impl ::std::ops::Deref for SessionId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<SessionId> for ::std::string::String {
        fn from(value: SessionId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for SessionId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for SessionId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for SessionId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///What a session may use.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SessionLimits {
        ///Thousandths of a processor.
        pub cpu_millis: i32,
        pub memory_bytes: i64,
        pub processes: i32,
        pub workspace_bytes: i64,
    }
    ///Where a session is in its life. `TERMINATED` is what the user asked for.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum SessionStatus {
        #[serde(rename = "STARTING")]
        Starting,
        #[serde(rename = "ACTIVE")]
        Active,
        #[serde(rename = "ENDING")]
        Ending,
        #[serde(rename = "TERMINATED")]
        Terminated,
        #[serde(rename = "EXPIRED")]
        Expired,
        #[serde(rename = "SHUTDOWN")]
        Shutdown,
        #[serde(rename = "LOST")]
        Lost,
        #[serde(rename = "FAILED")]
        Failed,
    }
    impl ::std::fmt::Display for SessionStatus {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Starting => f.write_str("STARTING"),
                Self::Active => f.write_str("ACTIVE"),
                Self::Ending => f.write_str("ENDING"),
                Self::Terminated => f.write_str("TERMINATED"),
                Self::Expired => f.write_str("EXPIRED"),
                Self::Shutdown => f.write_str("SHUTDOWN"),
                Self::Lost => f.write_str("LOST"),
                Self::Failed => f.write_str("FAILED"),
            }
        }
    }
    impl ::std::str::FromStr for SessionStatus {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "STARTING" => Ok(Self::Starting),
                "ACTIVE" => Ok(Self::Active),
                "ENDING" => Ok(Self::Ending),
                "TERMINATED" => Ok(Self::Terminated),
                "EXPIRED" => Ok(Self::Expired),
                "SHUTDOWN" => Ok(Self::Shutdown),
                "LOST" => Ok(Self::Lost),
                "FAILED" => Ok(Self::Failed),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for SessionStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for SessionStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///What a session uses now. Null is what nobody counts here.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SessionUsage {
        ///When it was counted.
        pub at: Timestamp,
        ///User and system time of all its programs so far.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_ms: ::std::option::Option<i64>,
        pub limits: SessionLimits,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub memory_bytes: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub peak_memory_bytes: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub processes: ::std::option::Option<i64>,
    }
    ///What a session uses now, if it has a sandbox.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct SessionUse {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub usage: ::std::option::Option<SessionUsage>,
    }
    ///`Severity`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum Severity {
        #[serde(rename = "error")]
        Error,
        #[serde(rename = "warning")]
        Warning,
    }
    impl ::std::fmt::Display for Severity {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Error => f.write_str("error"),
                Self::Warning => f.write_str("warning"),
            }
        }
    }
    impl ::std::str::FromStr for Severity {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "error" => Ok(Self::Error),
                "warning" => Ok(Self::Warning),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for Severity {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for Severity {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///What I keep about a runbook.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Shelf {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub folder: ::std::option::Option<FolderId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub last_execution: ::std::option::Option<LastExecution>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub opened_at: ::std::option::Option<Timestamp>,
        pub starred: bool,
        pub tags: ::std::vec::Vec<Tag>,
    }
    ///What is to be different about what I keep. What is left out stays as it is.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct ShelfChange {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub folder: ::std::option::Option<FolderId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub starred: ::std::option::Option<bool>,
        ///My tags, in the place of those that there were; those of the document stay.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub tags: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
    }
    ///`SignIn`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SignIn {
        ///Email address or username.
        pub email: ::std::string::String,
        pub password: ::std::string::String,
    }
    ///`SignUp`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SignUp {
        pub email: ::std::string::String,
        ///At least 8 characters.
        pub password: SignUpPassword,
        ///2 to 40 letters, digits, `-`, `_` or `.`.
        pub username: ::std::string::String,
    }
    ///At least 8 characters.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct SignUpPassword(::std::string::String);
    impl ::std::ops::Deref for SignUpPassword {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<SignUpPassword> for ::std::string::String {
        fn from(value: SignUpPassword) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for SignUpPassword {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() < 8usize {
                return Err("shorter than 8 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for SignUpPassword {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for SignUpPassword {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for SignUpPassword {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///`SignedIn`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SignedIn {
        pub token: ::std::string::String,
        pub user: User,
    }
    ///A block whose last output no longer follows from the runbook.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct StaleBlock {
        pub block: ::std::string::String,
        ///The block that it needs and that is the reason.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub need: ::std::option::Option<::std::string::String>,
        pub reason: StaleReason,
    }
    ///`StaleReason`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum StaleReason {
        #[serde(rename = "edited")]
        Edited,
        #[serde(rename = "need_stale")]
        NeedStale,
        #[serde(rename = "need_ran_again")]
        NeedRanAgain,
    }
    impl ::std::fmt::Display for StaleReason {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Edited => f.write_str("edited"),
                Self::NeedStale => f.write_str("need_stale"),
                Self::NeedRanAgain => f.write_str("need_ran_again"),
            }
        }
    }
    impl ::std::str::FromStr for StaleReason {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "edited" => Ok(Self::Edited),
                "need_stale" => Ok(Self::NeedStale),
                "need_ran_again" => Ok(Self::NeedRanAgain),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for StaleReason {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for StaleReason {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///Text for a program's standard input.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Stdin {
        ///At most 64 KiB.
        pub data: StdinData,
        ///Nothing follows.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub end: ::std::option::Option<bool>,
    }
    ///At most 64 KiB.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct StdinData(::std::string::String);
    impl ::std::ops::Deref for StdinData {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<StdinData> for ::std::string::String {
        fn from(value: StdinData) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for StdinData {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 65536usize {
                return Err("longer than 65536 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for StdinData {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for StdinData {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for StdinData {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///A job that was accepted.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct SubmittedJob {
        pub job_id: JobId,
        pub ok: bool,
        pub status: JobStatus,
    }
    ///A tag of a runbook.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Tag {
        ///Whether the document says so in its front matter; such a tag goes only by editing it.
        pub from_document: bool,
        pub name: ::std::string::String,
    }
    ///A tag, and how many of my runbooks have it.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct TagCount {
        pub name: ::std::string::String,
        pub runbooks: i64,
    }
    ///An open terminal of a session.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Terminal {
        ///Whether somebody reads it now.
        pub attached: bool,
        pub id: i32,
        pub opened_at: Timestamp,
    }
    ///What a terminal's peer says as text; what it types are bytes.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(tag = "type")]
    pub enum TerminalInput {
        ///So much is seen of it now.
        #[serde(rename = "resize")]
        Resize { columns: i32, rows: i32 },
        ///So many bytes have been shown. The shell waits for who does not say so.
        #[serde(rename = "shown")]
        Shown { bytes: i64 },
    }
    ///What a terminal says as text; what it shows are bytes.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    #[serde(tag = "type")]
    pub enum TerminalNews {
        ///The first message: how to come back to it.
        #[serde(rename = "ready")]
        Ready { id: i32 },
        ///The last one: how it ended, for people, and its exit code if it has one.
        #[serde(rename = "end")]
        End {
            #[serde(skip_serializing_if = "::std::option::Option::is_none")]
            exit_code: ::std::option::Option<i32>,
            message: ::std::string::String,
        },
    }
    ///`Timestamp`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct Timestamp(pub ::std::string::String);
    impl ::std::ops::Deref for Timestamp {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<Timestamp> for ::std::string::String {
        fn from(value: Timestamp) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for Timestamp {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for Timestamp {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for Timestamp {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///A token, without its secret.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Token {
        pub created_at: Timestamp,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub expires_at: ::std::option::Option<Timestamp>,
        pub id: TokenId,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub last_used_at: ::std::option::Option<Timestamp>,
        pub limits: TokenLimits,
        pub name: ::std::string::String,
        ///The beginning of its secret.
        pub prefix: ::std::string::String,
        pub scopes: ::std::vec::Vec<Scope>,
        pub status: TokenStatus,
    }
    ///`TokenId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct TokenId(pub ::std::string::String);
    impl ::std::ops::Deref for TokenId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<TokenId> for ::std::string::String {
        fn from(value: TokenId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for TokenId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for TokenId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for TokenId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///How fast and how much at once a token may ask; null means as the server does by default.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct TokenLimits {
        ///Requests that may come at once after a rest.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub burst: ::std::option::Option<::std::num::NonZeroU32>,
        ///Requests under way at the same time, streams included.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub concurrent: ::std::option::Option<::std::num::NonZeroU32>,
        ///Requests a second, on average.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub rate: ::std::option::Option<::std::num::NonZeroU32>,
    }
    ///`TokenStatus`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum TokenStatus {
        #[serde(rename = "active")]
        Active,
        #[serde(rename = "expired")]
        Expired,
        #[serde(rename = "revoked")]
        Revoked,
    }
    impl ::std::fmt::Display for TokenStatus {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Active => f.write_str("active"),
                Self::Expired => f.write_str("expired"),
                Self::Revoked => f.write_str("revoked"),
            }
        }
    }
    impl ::std::str::FromStr for TokenStatus {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "active" => Ok(Self::Active),
                "expired" => Ok(Self::Expired),
                "revoked" => Ok(Self::Revoked),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for TokenStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for TokenStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///A runbook in the trash.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct TrashedRunbook {
        pub deleted_at: Timestamp,
        ///When it is deleted for good.
        pub gone_at: Timestamp,
        pub id: RunbookId,
        pub title: ::std::string::String,
    }
    ///A new version of a function.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct UpdateFunctionInput {
        pub code: UpdateFunctionInputCode,
        ///Processors of a call.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub cpu_limit: ::std::option::Option<f64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub dependencies: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
        ///Seconds for which an instance waits for the next call; 0 keeps none.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub keep_warm: ::std::option::Option<i64>,
        ///Memory of a call, in MiB.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub mem_limit_mb: ::std::option::Option<::std::num::NonZeroU64>,
        ///Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers them.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub network: ::std::vec::Vec<::std::string::String>,
        ///Names of my secrets that it finds in its environment.
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub secrets: ::std::vec::Vec<::std::string::String>,
        ///Seconds that a call may take; 60 if left out.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub timeout: ::std::option::Option<::std::num::NonZeroU64>,
    }
    ///`UpdateFunctionInputCode`
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    pub struct UpdateFunctionInputCode(::std::string::String);
    impl ::std::ops::Deref for UpdateFunctionInputCode {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<UpdateFunctionInputCode> for ::std::string::String {
        fn from(value: UpdateFunctionInputCode) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for UpdateFunctionInputCode {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() < 1usize {
                return Err("shorter than 1 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for UpdateFunctionInputCode {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for UpdateFunctionInputCode {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for UpdateFunctionInputCode {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///An artifact that arrives in parts.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Upload {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub artifact: ::std::option::Option<Artifact>,
        pub id: UploadId,
        pub name: ::std::string::String,
        ///Bytes that have arrived: where the next part begins.
        pub received: i64,
        ///In bytes.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<i64>,
    }
    ///`UploadId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct UploadId(pub ::std::string::String);
    impl ::std::ops::Deref for UploadId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<UploadId> for ::std::string::String {
        fn from(value: UploadId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for UploadId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for UploadId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for UploadId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///`User`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct User {
        ///Whether they may do what only administrators may.
        pub administrator: bool,
        pub email: ::std::string::String,
        pub id: UserId,
        pub username: ::std::string::String,
    }
    ///`UserId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct UserId(pub ::std::string::String);
    impl ::std::ops::Deref for UserId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<UserId> for ::std::string::String {
        fn from(value: UserId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for UserId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for UserId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for UserId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///How far a walk over several blocks is.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Walk {
        ///The block that runs or is next; of a walk that is over, the one that ran last.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub block: ::std::option::Option<::std::string::String>,
        pub done: u64,
        ///Blocks that a walk that is over did not come to.
        pub not_run: ::std::vec::Vec<::std::string::String>,
        ///Counted from 1 within the session; 0 for a block that was run by itself.
        pub number: i64,
        pub state: WalkState,
        pub total: u64,
    }
    ///Which blocks a walk goes over.
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum WalkSelection {
        #[serde(rename = "block")]
        Block,
        #[serde(rename = "from")]
        From,
        #[serde(rename = "section")]
        Section,
        #[serde(rename = "all")]
        All,
    }
    impl ::std::fmt::Display for WalkSelection {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Block => f.write_str("block"),
                Self::From => f.write_str("from"),
                Self::Section => f.write_str("section"),
                Self::All => f.write_str("all"),
            }
        }
    }
    impl ::std::str::FromStr for WalkSelection {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "block" => Ok(Self::Block),
                "from" => Ok(Self::From),
                "section" => Ok(Self::Section),
                "all" => Ok(Self::All),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for WalkSelection {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for WalkSelection {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`WalkState`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum WalkState {
        #[serde(rename = "running")]
        Running,
        #[serde(rename = "passed")]
        Passed,
        #[serde(rename = "failed")]
        Failed,
        #[serde(rename = "stopped")]
        Stopped,
    }
    impl ::std::fmt::Display for WalkState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Running => f.write_str("running"),
                Self::Passed => f.write_str("passed"),
                Self::Failed => f.write_str("failed"),
                Self::Stopped => f.write_str("stopped"),
            }
        }
    }
    impl ::std::str::FromStr for WalkState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "running" => Ok(Self::Running),
                "passed" => Ok(Self::Passed),
                "failed" => Ok(Self::Failed),
                "stopped" => Ok(Self::Stopped),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for WalkState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for WalkState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///`WebhookSecret`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct WebhookSecret {
        pub secret: ::std::string::String,
    }
    ///A process that takes jobs.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Worker {
        pub backends: ::std::vec::Vec<::std::string::String>,
        pub free: i32,
        pub host: ::std::string::String,
        pub id: WorkerId,
        pub runtimes: ::std::vec::Vec<::std::string::String>,
        pub seen_at: Timestamp,
        pub slots: i32,
        pub started_at: Timestamp,
        pub state: WorkerState,
        pub version: ::std::string::String,
    }
    ///`WorkerId`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct WorkerId(pub ::std::string::String);
    impl ::std::ops::Deref for WorkerId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<WorkerId> for ::std::string::String {
        fn from(value: WorkerId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for WorkerId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for WorkerId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for WorkerId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///`WorkerState`
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum WorkerState {
        #[serde(rename = "active")]
        Active,
        #[serde(rename = "draining")]
        Draining,
        #[serde(rename = "gone")]
        Gone,
    }
    impl ::std::fmt::Display for WorkerState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Active => f.write_str("active"),
                Self::Draining => f.write_str("draining"),
                Self::Gone => f.write_str("gone"),
            }
        }
    }
    impl ::std::str::FromStr for WorkerState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "active" => Ok(Self::Active),
                "draining" => Ok(Self::Draining),
                "gone" => Ok(Self::Gone),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for WorkerState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for WorkerState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /// Generation of default values for serde.
    pub mod defaults {
        pub(super) fn code_run_timeout() -> ::std::option::Option<
            ::std::num::NonZeroU32,
        > {
            ::std::option::Option::Some(::std::num::NonZeroU32::new(60).unwrap())
        }
    }
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
}
use crate::{Client, Error, Lines};
impl Client {
    /** The sessions of everybody that have not ended, with what each uses now. Of their runbooks only the titles.

 `GET /api/admin/sessions`*/
    pub async fn sessions_all(&self) -> Result<types::ListBodyListedSession, Error> {
        let route = "/api/admin/sessions".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Ends anybody's session: its sandbox is gone when this answers.

 `DELETE /api/admin/sessions/{id}`*/
    pub async fn sessions_end_any(&self, id: &str) -> Result<types::Session, Error> {
        let route = "/api/admin/sessions/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Open terminals of an agent session, of all who take part in it.

 `GET /api/agents/{id}/terminals`*/
    pub async fn agents_list(&self, id: &str) -> Result<types::ListBodyTerminal, Error> {
        let route = "/api/agents/{id}/terminals"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Closes a terminal of an agent session, and ends what runs in it.

 `DELETE /api/agents/{id}/terminals/{terminal}`*/
    pub async fn agents_close(&self, id: &str, terminal: &str) -> Result<(), Error> {
        let route = "/api/agents/{id}/terminals/{terminal}"
            .to_owned()
            .replace("{id}", &crate::escape(id))
            .replace("{terminal}", &crate::escape(terminal));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** Who did what, the latest first.

 `GET /api/audit`*/
    pub async fn audit_list(
        &self,
        actor: Option<&str>,
        action: Option<&str>,
        object: Option<&str>,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::PageBodyAuditEntry, Error> {
        let route = "/api/audit".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("actor", actor.map(|it| it.to_string())),
            ("action", action.map(|it| it.to_string())),
            ("object", object.map(|it| it.to_string())),
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** The whole log in its order, as JSON Lines: what `runbook audit verify` verifies. Its end is sealed in the
header `Audit-Head`, if there is an entry.

 `GET /api/audit/export`*/
    pub async fn audit_export(
        &self,
        after: Option<u64>,
    ) -> Result<Lines<types::AuditEntry>, Error> {
        let route = "/api/audit/export".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("after", after.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(Lines::new(response))
    }
    /** The signed-in user.

 `GET /api/auth/me`*/
    pub async fn account_me(&self) -> Result<types::User, Error> {
        let route = "/api/auth/me".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Signs in.

 `POST /api/auth/sign-in`*/
    pub async fn account_sign_in(
        &self,
        body: &types::SignIn,
    ) -> Result<types::SignedIn, Error> {
        let route = "/api/auth/sign-in".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Signs out: the token that was shown is worth nothing from now on.

 `POST /api/auth/sign-out`*/
    pub async fn account_sign_out(&self) -> Result<(), Error> {
        let route = "/api/auth/sign-out".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** Makes an account and signs in.

 `POST /api/auth/sign-up`*/
    pub async fn account_sign_up(
        &self,
        body: &types::SignUp,
    ) -> Result<types::SignedIn, Error> {
        let route = "/api/auth/sign-up".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** What the operator offers to code: its usual limits, hosts, and whether packages are installed.

 `GET /api/code/offer`*/
    pub async fn code_offer(&self) -> Result<types::CodeOffer, Error> {
        let route = "/api/code/offer".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Runs code in a sandbox of its own and streams its events: NDJSON, or SSE if `Accept` prefers it.

 `POST /api/code/run`*/
    pub async fn code_run(
        &self,
        body: &types::CodeRun,
    ) -> Result<Lines<model::event::Event>, Error> {
        let route = "/api/code/run".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(Lines::new(response))
    }
    /** What a client must know before anybody signs in.

 `GET /api/config`*/
    pub async fn health_config(&self) -> Result<types::Config, Error> {
        let route = "/api/config".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Runs a block and streams its output, in the first seed's shape.

 `POST /api/executions/exec-block`*/
    pub async fn executions_exec_block(
        &self,
        body: &types::ExecBlock,
    ) -> Result<Lines<types::ExecBlockLine>, Error> {
        let route = "/api/executions/exec-block".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(Lines::new(response))
    }
    /** An execution.

 `GET /api/executions/{id}`*/
    pub async fn executions_show(&self, id: &str) -> Result<types::Execution, Error> {
        let route = "/api/executions/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Asks an execution to stop: its program gets a second to end, then it is killed.

 `POST /api/executions/{id}/cancel`*/
    pub async fn executions_cancel(&self, id: &str) -> Result<types::Execution, Error> {
        let route = "/api/executions/{id}/cancel"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** The events of an execution, live until the last one: NDJSON, or SSE if `Accept` prefers it.
`Last-Event-ID` resumes after that event.

 `GET /api/executions/{id}/events`*/
    pub async fn executions_events(
        &self,
        id: &str,
        from: Option<u64>,
    ) -> Result<Lines<model::event::Event>, Error> {
        let route = "/api/executions/{id}/events"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("from", from.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(Lines::new(response))
    }
    /** What an execution wrote to its standard output and error, byte for byte, until its end.

 `GET /api/executions/{id}/log`*/
    pub async fn history_log(&self, id: &str) -> Result<Vec<u8>, Error> {
        let route = "/api/executions/{id}/log"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.bytes().await?.to_vec())
    }
    /** What an execution was made of: its code as it ran, the version of its runtime, its limits.

 `GET /api/executions/{id}/origin`*/
    pub async fn history_origin(
        &self,
        id: &str,
    ) -> Result<types::ExecutionOrigin, Error> {
        let route = "/api/executions/{id}/origin"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Passes text to the standard input of an interactive execution.

 `POST /api/executions/{id}/stdin`*/
    pub async fn executions_stdin(
        &self,
        id: &str,
        body: &types::Stdin,
    ) -> Result<(), Error> {
        let route = "/api/executions/{id}/stdin"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        drop(response);
        Ok(())
    }
    /** All my folders, by name.

 `GET /api/folders`*/
    pub async fn folders_list(&self) -> Result<types::ListBodyFolder, Error> {
        let route = "/api/folders".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Makes a folder.

 `POST /api/folders`*/
    pub async fn folders_create(
        &self,
        body: &types::NewFolder,
    ) -> Result<types::Folder, Error> {
        let route = "/api/folders".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Deletes a folder. Runbooks are never deleted with it.

 `DELETE /api/folders/{id}`*/
    pub async fn folders_delete(
        &self,
        id: &str,
        contents: Option<&str>,
    ) -> Result<(), Error> {
        let route = "/api/folders/{id}".to_owned().replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("contents", contents.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** Renames or moves a folder.

 `PUT /api/folders/{id}`*/
    pub async fn folders_change(
        &self,
        id: &str,
        body: &types::FolderChange,
    ) -> Result<(), Error> {
        let route = "/api/folders/{id}".to_owned().replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self.send(reqwest::Method::PUT, &route, query, Some(body)).await?;
        drop(response);
        Ok(())
    }
    /** What GitHub tells this hub's app, about all repositories that the app speaks for.

 `POST /api/forge/webhook/app`*/
    pub async fn agents_receive_for_app(
        &self,
        body: &serde_json::Value,
    ) -> Result<(), Error> {
        let route = "/api/forge/webhook/app".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        drop(response);
        Ok(())
    }
    /** What the forge of a repository tells by itself. It signs with the secret that `revealWebhook` gives.

 `POST /api/forge/webhook/{repository}`*/
    pub async fn agents_receive(
        &self,
        repository: &str,
        body: &serde_json::Value,
    ) -> Result<(), Error> {
        let route = "/api/forge/webhook/{repository}"
            .to_owned()
            .replace("{repository}", &crate::escape(repository));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        drop(response);
        Ok(())
    }
    /** My functions, the one changed last first. The next page is where `X-Next-Cursor` and `Link` say.

 `GET /api/function`*/
    pub async fn functions_list(
        &self,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<serde_json::Value, Error> {
        let route = "/api/function".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Makes a function, and streams how its first version is built. The build goes on without listeners.

 `POST /api/function`*/
    pub async fn functions_create(
        &self,
        body: &types::CreateFunctionInput,
    ) -> Result<Lines<model::event::Event>, Error> {
        let route = "/api/function".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(Lines::new(response))
    }
    /** Deletes a function with its versions and its history.

 `DELETE /api/function/{name}`*/
    pub async fn functions_delete(&self, name: &str) -> Result<(), Error> {
        let route = "/api/function/{name}"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** Saves a new version, and streams how it is built. The version that answers goes on until then, and
afterwards too if the build fails.

 `POST /api/function/{name}`*/
    pub async fn functions_update(
        &self,
        name: &str,
        body: &types::UpdateFunctionInput,
    ) -> Result<Lines<model::event::Event>, Error> {
        let route = "/api/function/{name}"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(Lines::new(response))
    }
    /** How a function is, and its code.

 `GET /api/function/{name}/detail`*/
    pub async fn functions_detail(
        &self,
        name: &str,
    ) -> Result<types::FunctionDetail, Error> {
        let route = "/api/function/{name}/detail"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** How a function is.

 `GET /api/function/{name}/info`*/
    pub async fn functions_info(
        &self,
        name: &str,
    ) -> Result<types::FunctionInfo, Error> {
        let route = "/api/function/{name}/info"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** The calls of a function, the latest first. Of what went in and came out the beginning is kept.

 `GET /api/function/{name}/invocations`*/
    pub async fn functions_invocations(
        &self,
        name: &str,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::PageBodyInvocation, Error> {
        let route = "/api/function/{name}/invocations"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** One call of a function.

 `GET /api/function/{name}/invocations/{id}`*/
    pub async fn functions_invocation(
        &self,
        name: &str,
        id: &str,
    ) -> Result<types::Invocation, Error> {
        let route = "/api/function/{name}/invocations/{id}"
            .to_owned()
            .replace("{name}", &crate::escape(name))
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Lets a version answer that was built before, from now on and at once.

 `POST /api/function/{name}/rollback`*/
    pub async fn functions_rollback(
        &self,
        name: &str,
        body: &types::RollbackFunctionInput,
    ) -> Result<types::FunctionInfo, Error> {
        let route = "/api/function/{name}/rollback"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Calls a function and waits for its end. A program that fails is a result too.

 `POST /api/function/{name}/run`*/
    pub async fn functions_run(
        &self,
        name: &str,
        body: &types::RunFunctionInput,
    ) -> Result<model::event::Summary, Error> {
        let route = "/api/function/{name}/run"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Calls a function and streams what it prints; the last event says how it ended and what it returned.

 `POST /api/function/{name}/run/stream`*/
    pub async fn functions_run_stream(
        &self,
        name: &str,
        body: &types::RunFunctionInput,
    ) -> Result<Lines<model::event::Event>, Error> {
        let route = "/api/function/{name}/run/stream"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(Lines::new(response))
    }
    /** The versions of a function, the latest first.

 `GET /api/function/{name}/versions`*/
    pub async fn functions_versions(
        &self,
        name: &str,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::PageBodyFunctionVersion, Error> {
        let route = "/api/function/{name}/versions"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** One version of a function.

 `GET /api/function/{name}/versions/{version}`*/
    pub async fn functions_version(
        &self,
        name: &str,
        version: &str,
    ) -> Result<types::FunctionVersion, Error> {
        let route = "/api/function/{name}/versions/{version}"
            .to_owned()
            .replace("{name}", &crate::escape(name))
            .replace("{version}", &crate::escape(version));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** My runbooks, the one changed last first unless asked otherwise.

 `GET /api/runbooks`*/
    pub async fn runbooks_list(
        &self,
        folder: Option<&str>,
        tag: Option<&str>,
        starred: Option<bool>,
        sort: Option<&str>,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::PageBodyRunbookItem, Error> {
        let route = "/api/runbooks".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("folder", folder.map(|it| it.to_string())),
            ("tag", tag.map(|it| it.to_string())),
            ("starred", starred.map(|it| it.to_string())),
            ("sort", sort.map(|it| it.to_string())),
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Makes a runbook.

 `POST /api/runbooks`*/
    pub async fn runbooks_create(
        &self,
        body: &types::NewRunbook,
    ) -> Result<types::Runbook, Error> {
        let route = "/api/runbooks".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Makes runbooks of a file or an address: a document in Markdown, MDX, Quarto or Livebook, a notebook of
Jupyter, a zip of such, or a git repository with them. JSON names a URL; any other body is the file, which
`name` names. Nothing of what is imported runs.

 `POST /api/runbooks/import`*/
    pub async fn runbooks_import(
        &self,
        name: Option<&str>,
        outputs: Option<bool>,
        body: &types::ImportUrl,
    ) -> Result<types::ListBodyImported, Error> {
        let route = "/api/runbooks/import".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("name", name.map(|it| it.to_string())),
            ("outputs", outputs.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Puts a runbook into the trash, where it stays for 30 days; its live session ends.

 `DELETE /api/runbooks/{id}`*/
    pub async fn runbooks_delete(&self, id: &str) -> Result<(), Error> {
        let route = "/api/runbooks/{id}".to_owned().replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** A runbook with its text and blocks.

 `GET /api/runbooks/{id}`*/
    pub async fn runbooks_show(&self, id: &str) -> Result<types::Runbook, Error> {
        let route = "/api/runbooks/{id}".to_owned().replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Saves a new revision.

 `PUT /api/runbooks/{id}`*/
    pub async fn runbooks_save(
        &self,
        id: &str,
        body: &types::RunbookChange,
    ) -> Result<types::Runbook, Error> {
        let route = "/api/runbooks/{id}".to_owned().replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self.send(reqwest::Method::PUT, &route, query, Some(body)).await?;
        Ok(response.json().await?)
    }
    /** The blocks of a runbook and what is wrong with them.

 `GET /api/runbooks/{id}/blocks`*/
    pub async fn runbooks_blocks(&self, id: &str) -> Result<types::Blocks, Error> {
        let route = "/api/runbooks/{id}/blocks"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** The latest execution of each block, whichever session it ran in.

 `GET /api/runbooks/{id}/executions`*/
    pub async fn runbooks_executions(
        &self,
        id: &str,
    ) -> Result<types::ListBodyExecution, Error> {
        let route = "/api/runbooks/{id}/executions"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** A runbook as a file: Markdown, a notebook, or a page that asks no network. With `outputs`, what its blocks
printed last stands below them, as far as they still are what ran.

 `GET /api/runbooks/{id}/export`*/
    pub async fn runbooks_export(
        &self,
        id: &str,
        format: Option<&str>,
        outputs: Option<bool>,
    ) -> Result<Vec<u8>, Error> {
        let route = "/api/runbooks/{id}/export"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("format", format.map(|it| it.to_string())),
            ("outputs", outputs.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.bytes().await?.to_vec())
    }
    /** Every execution of a runbook's blocks that is kept, the latest first.

 `GET /api/runbooks/{id}/history`*/
    pub async fn history_list(
        &self,
        id: &str,
        block: Option<&str>,
        outcome: Option<&str>,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::PageBodyPastExecution, Error> {
        let route = "/api/runbooks/{id}/history"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("block", block.map(|it| it.to_string())),
            ("outcome", outcome.map(|it| it.to_string())),
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** What I filled in for a runbook. Values of secret inputs are not to be had.

 `GET /api/runbooks/{id}/inputs`*/
    pub async fn inputs_show(&self, id: &str) -> Result<types::FilledInputs, Error> {
        let route = "/api/runbooks/{id}/inputs"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Fills in a runbook's inputs, for me. What will not do is kept and told; it keeps blocks from running.

 `PUT /api/runbooks/{id}/inputs`*/
    pub async fn inputs_fill_in(
        &self,
        id: &str,
        body: &types::InputsChange,
    ) -> Result<types::FilledInputs, Error> {
        let route = "/api/runbooks/{id}/inputs"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self.send(reqwest::Method::PUT, &route, query, Some(body)).await?;
        Ok(response.json().await?)
    }
    /** Who saved a runbook when, the latest first.

 `GET /api/runbooks/{id}/revisions`*/
    pub async fn revisions_list(
        &self,
        id: &str,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::PageBodyRevision, Error> {
        let route = "/api/runbooks/{id}/revisions"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** A revision with its text.

 `GET /api/runbooks/{id}/revisions/{number}`*/
    pub async fn revisions_show(
        &self,
        id: &str,
        number: &str,
    ) -> Result<types::RevisionText, Error> {
        let route = "/api/runbooks/{id}/revisions/{number}"
            .to_owned()
            .replace("{id}", &crate::escape(id))
            .replace("{number}", &crate::escape(number));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** How a revision differs from another.

 `GET /api/runbooks/{id}/revisions/{number}/diff`*/
    pub async fn revisions_diff(
        &self,
        id: &str,
        number: &str,
        against: Option<u64>,
    ) -> Result<types::RevisionDiff, Error> {
        let route = "/api/runbooks/{id}/revisions/{number}/diff"
            .to_owned()
            .replace("{id}", &crate::escape(id))
            .replace("{number}", &crate::escape(number));
        let query: &[(&str, Option<String>)] = &[
            ("against", against.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Calls a revision by a name. One that has a name stays, whatever is edited after it.

 `PUT /api/runbooks/{id}/revisions/{number}/name`*/
    pub async fn revisions_name(
        &self,
        id: &str,
        number: &str,
        body: &types::RevisionName,
    ) -> Result<types::Revision, Error> {
        let route = "/api/runbooks/{id}/revisions/{number}/name"
            .to_owned()
            .replace("{id}", &crate::escape(id))
            .replace("{number}", &crate::escape(number));
        let query: &[(&str, Option<String>)] = &[];
        let response = self.send(reqwest::Method::PUT, &route, query, Some(body)).await?;
        Ok(response.json().await?)
    }
    /** Makes the text of a revision the latest one, as a new revision.

 `POST /api/runbooks/{id}/revisions/{number}/restore`*/
    pub async fn revisions_restore(
        &self,
        id: &str,
        number: &str,
    ) -> Result<types::Runbook, Error> {
        let route = "/api/runbooks/{id}/revisions/{number}/restore"
            .to_owned()
            .replace("{id}", &crate::escape(id))
            .replace("{number}", &crate::escape(number));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** What I keep about a runbook.

 `GET /api/runbooks/{id}/shelf`*/
    pub async fn library_shelf(&self, id: &str) -> Result<types::Shelf, Error> {
        let route = "/api/runbooks/{id}/shelf"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Moves a runbook, gives it a star or tags.

 `PUT /api/runbooks/{id}/shelf`*/
    pub async fn library_change_shelf(
        &self,
        id: &str,
        body: &types::ShelfChange,
    ) -> Result<types::Shelf, Error> {
        let route = "/api/runbooks/{id}/shelf"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self.send(reqwest::Method::PUT, &route, query, Some(body)).await?;
        Ok(response.json().await?)
    }
    /** The blocks whose last output no longer follows from the runbook: they, or what they need, were edited since, or
what they need ran again.

 `GET /api/runbooks/{id}/stale`*/
    pub async fn runbooks_stale(
        &self,
        id: &str,
    ) -> Result<types::ListBodyStaleBlock, Error> {
        let route = "/api/runbooks/{id}/stale"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Notes that I opened a runbook, for my list of recent ones.

 `POST /api/runbooks/{id}/visits`*/
    pub async fn library_visit(&self, id: &str) -> Result<(), Error> {
        let route = "/api/runbooks/{id}/visits"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** The languages that blocks can be written in, and which of them this machine has.

 `GET /api/runtimes`*/
    pub async fn health_runtimes(&self) -> Result<types::ListBodyRuntime, Error> {
        let route = "/api/runtimes".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Finds my runbooks by title, prose and code. Whatever is typed means something; nothing is a mistake.

 `GET /api/search`*/
    pub async fn search_find(
        &self,
        q: Option<&str>,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::SearchPage, Error> {
        let route = "/api/search".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("q", q.map(|it| it.to_string())),
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** The names of my secrets.

 `GET /api/secrets`*/
    pub async fn secrets_list(&self) -> Result<types::ListBodySecret, Error> {
        let route = "/api/secrets".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Deletes a secret. Functions that list it cannot be called until it is set again.

 `DELETE /api/secrets/{name}`*/
    pub async fn secrets_delete(&self, name: &str) -> Result<(), Error> {
        let route = "/api/secrets/{name}"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** Sets a secret, in place of any of that name. Functions that list it find the new value from their
next call on.

 `PUT /api/secrets/{name}`*/
    pub async fn secrets_put(
        &self,
        name: &str,
        body: &types::SecretValue,
    ) -> Result<(), Error> {
        let route = "/api/secrets/{name}"
            .to_owned()
            .replace("{name}", &crate::escape(name));
        let query: &[(&str, Option<String>)] = &[];
        let response = self.send(reqwest::Method::PUT, &route, query, Some(body)).await?;
        drop(response);
        Ok(())
    }
    /** My sessions that have not ended, with what each uses now.

 `GET /api/sessions`*/
    pub async fn sessions_list(&self) -> Result<types::ListBodyListedSession, Error> {
        let route = "/api/sessions".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Connects to a runbook: gives my live session of it, or starts one.

 `POST /api/sessions/connect/{user_id}/{runbook_id}`*/
    pub async fn sessions_connect(
        &self,
        user_id: &str,
        runbook_id: &str,
    ) -> Result<types::Session, Error> {
        let route = "/api/sessions/connect/{user_id}/{runbook_id}"
            .to_owned()
            .replace("{user_id}", &crate::escape(user_id))
            .replace("{runbook_id}", &crate::escape(runbook_id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Ends a session: its sandbox is gone when this answers.

 `DELETE /api/sessions/end/{id}`*/
    pub async fn sessions_end(&self, id: &str) -> Result<types::Session, Error> {
        let route = "/api/sessions/end/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** A session.

 `GET /api/sessions/{id}`*/
    pub async fn sessions_show(&self, id: &str) -> Result<types::Session, Error> {
        let route = "/api/sessions/{id}".to_owned().replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** How a text might go on, as the live kernel knows it. Where none lives, or it is busy, nothing is known;
nothing is started.

 `POST /api/sessions/{id}/complete`*/
    pub async fn sessions_complete(
        &self,
        id: &str,
        body: &types::CompletionQuestion,
    ) -> Result<types::Completion, Error> {
        let route = "/api/sessions/{id}/complete"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** The executions of a session, the latest first.

 `GET /api/sessions/{id}/executions`*/
    pub async fn sessions_executions(
        &self,
        id: &str,
    ) -> Result<types::ListBodyExecution, Error> {
        let route = "/api/sessions/{id}/executions"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Runs a block of the session's runbook.

 `POST /api/sessions/{id}/executions`*/
    pub async fn sessions_run(
        &self,
        id: &str,
        body: &types::NewExecution,
    ) -> Result<types::Execution, Error> {
        let route = "/api/sessions/{id}/executions"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Lets a session live a whole idle period from now on.

 `POST /api/sessions/{id}/extend`*/
    pub async fn sessions_extend(&self, id: &str) -> Result<types::Session, Error> {
        let route = "/api/sessions/{id}/extend"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Removes a file of my session, or a directory with all that is in it.

 `DELETE /api/sessions/{id}/files`*/
    pub async fn files_remove(&self, id: &str, path: Option<&str>) -> Result<(), Error> {
        let route = "/api/sessions/{id}/files"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("path", path.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** The files of a directory of my session, folders first. A session that sleeps wakes.

 `GET /api/sessions/{id}/files`*/
    pub async fn files_list(
        &self,
        id: &str,
        path: Option<&str>,
        after: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::Files, Error> {
        let route = "/api/sessions/{id}/files"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("path", path.map(|it| it.to_string())),
            ("after", after.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** A directory of my session with all that is in it, as tar.

 `GET /api/sessions/{id}/files/archive`*/
    pub async fn files_archive(
        &self,
        id: &str,
        path: Option<&str>,
    ) -> Result<Vec<u8>, Error> {
        let route = "/api/sessions/{id}/files/archive"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("path", path.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.bytes().await?.to_vec())
    }
    /** The content of a file of my session, as a download.

 `GET /api/sessions/{id}/files/content`*/
    pub async fn files_content(
        &self,
        id: &str,
        path: Option<&str>,
    ) -> Result<Vec<u8>, Error> {
        let route = "/api/sessions/{id}/files/content"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("path", path.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.bytes().await?.to_vec())
    }
    /** Creates or replaces a file of my session with the body of the request, and the directories it lies in.
The file appears whole, or not at all.

 `PUT /api/sessions/{id}/files/content`*/
    pub async fn files_write(
        &self,
        id: &str,
        path: Option<&str>,
        body: impl Into<reqwest::Body>,
    ) -> Result<(), Error> {
        let route = "/api/sessions/{id}/files/content"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("path", path.map(|it| it.to_string())),
        ];
        let response = self.send_bytes(reqwest::Method::PUT, &route, query, body).await?;
        drop(response);
        Ok(())
    }
    /** Makes a directory in my session.

 `POST /api/sessions/{id}/files/directory`*/
    pub async fn files_make_directory(
        &self,
        id: &str,
        body: &types::NewDirectory,
    ) -> Result<(), Error> {
        let route = "/api/sessions/{id}/files/directory"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        drop(response);
        Ok(())
    }
    /** Gives a file or directory of my session another path that is not taken.

 `POST /api/sessions/{id}/files/rename`*/
    pub async fn files_rename(
        &self,
        id: &str,
        body: &types::RenameFile,
    ) -> Result<(), Error> {
        let route = "/api/sessions/{id}/files/rename"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        drop(response);
        Ok(())
    }
    /** Stops every process of a session until it is resumed, or something is run in it. Time limits stand still.

 `POST /api/sessions/{id}/pause`*/
    pub async fn sessions_pause(&self, id: &str) -> Result<types::Session, Error> {
        let route = "/api/sessions/{id}/pause"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** The ports on which programs of my session wait for connections.

 `GET /api/sessions/{id}/ports`*/
    pub async fn previews_ports(&self, id: &str) -> Result<types::ListBodyPort, Error> {
        let route = "/api/sessions/{id}/ports"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Makes a URL that shows a port of my session, on an origin of its own. It opens once, within a minute; the
browser that opened it may look until the session or the sign-in ends.

 `POST /api/sessions/{id}/previews`*/
    pub async fn previews_open(
        &self,
        id: &str,
        body: &types::NewPreview,
    ) -> Result<types::Preview, Error> {
        let route = "/api/sessions/{id}/previews"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Ends what runs in a session and the kernels of its languages: the next block finds no variables. Files
stay.

 `POST /api/sessions/{id}/restart`*/
    pub async fn sessions_restart(&self, id: &str) -> Result<types::Session, Error> {
        let route = "/api/sessions/{id}/restart"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Lets the processes of a paused session go on.

 `POST /api/sessions/{id}/resume`*/
    pub async fn sessions_resume(&self, id: &str) -> Result<types::Session, Error> {
        let route = "/api/sessions/{id}/resume"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** My open terminals of a session.

 `GET /api/sessions/{id}/terminals`*/
    pub async fn terminal_list(
        &self,
        id: &str,
    ) -> Result<types::ListBodyTerminal, Error> {
        let route = "/api/sessions/{id}/terminals"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Closes a terminal, and ends what runs in it.

 `DELETE /api/sessions/{id}/terminals/{terminal}`*/
    pub async fn terminal_close(&self, id: &str, terminal: &str) -> Result<(), Error> {
        let route = "/api/sessions/{id}/terminals/{terminal}"
            .to_owned()
            .replace("{id}", &crate::escape(id))
            .replace("{terminal}", &crate::escape(terminal));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** A session as it changes: one line of JSON now and one at each change, until it has ended.

 `GET /api/sessions/{id}/updates`*/
    pub async fn sessions_updates(
        &self,
        id: &str,
    ) -> Result<Lines<types::Session>, Error> {
        let route = "/api/sessions/{id}/updates"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(Lines::new(response))
    }
    /** What a session uses now.

 `GET /api/sessions/{id}/usage`*/
    pub async fn sessions_usage(&self, id: &str) -> Result<types::SessionUse, Error> {
        let route = "/api/sessions/{id}/usage"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Ends all walks of a session, what they run and what waits. Blocks in the background go on.

 `DELETE /api/sessions/{id}/walks`*/
    pub async fn sessions_stop(&self, id: &str) -> Result<(), Error> {
        let route = "/api/sessions/{id}/walks"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** Runs blocks in order until one does not end as it should: each after what it needs. It goes on when the caller
has gone.

 `POST /api/sessions/{id}/walks`*/
    pub async fn sessions_begin(
        &self,
        id: &str,
        body: &types::NewWalk,
    ) -> Result<types::BegunWalk, Error> {
        let route = "/api/sessions/{id}/walks"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Tags of my runbooks, the most frequent first.

 `GET /api/tags`*/
    pub async fn library_tags(&self) -> Result<types::ListBodyTagCount, Error> {
        let route = "/api/tags".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** My tokens that are not revoked, the oldest first. Their secrets are not told again.

 `GET /api/tokens`*/
    pub async fn tokens_list(&self) -> Result<types::ListBodyToken, Error> {
        let route = "/api/tokens".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Makes a token. Its secret is in this answer and nowhere else.

 `POST /api/tokens`*/
    pub async fn tokens_create(
        &self,
        body: &types::NewToken,
    ) -> Result<types::MadeToken, Error> {
        let route = "/api/tokens".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Revokes a token of mine, and those that it made. From now on it is worth nothing.

 `DELETE /api/tokens/{id}`*/
    pub async fn tokens_revoke(&self, id: &str) -> Result<(), Error> {
        let route = "/api/tokens/{id}".to_owned().replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** Sets how fast and how much at once a token may ask, whoever's it is. For administrators.

 `PUT /api/tokens/{id}/limits`*/
    pub async fn tokens_set_limits(
        &self,
        id: &str,
        body: &types::TokenLimits,
    ) -> Result<types::Token, Error> {
        let route = "/api/tokens/{id}/limits"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self.send(reqwest::Method::PUT, &route, query, Some(body)).await?;
        Ok(response.json().await?)
    }
    /** Runbooks that I deleted, the last one first. Each is there for 30 days.

 `GET /api/trash`*/
    pub async fn library_trash(
        &self,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::PageBodyTrashedRunbook, Error> {
        let route = "/api/trash".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Deletes a runbook in the trash for good, with its revisions, executions and output.

 `DELETE /api/trash/{id}`*/
    pub async fn library_purge(&self, id: &str) -> Result<(), Error> {
        let route = "/api/trash/{id}".to_owned().replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** Brings a deleted runbook back, with its revisions, executions and output.

 `POST /api/trash/{id}/restore`*/
    pub async fn library_restore(&self, id: &str) -> Result<(), Error> {
        let route = "/api/trash/{id}/restore"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** The accounts, the latest first, with what each may ask of the queue and what it has.

 `GET /api/users`*/
    pub async fn users_list(
        &self,
        name: Option<&str>,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::PageBodyAccount, Error> {
        let route = "/api/users".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("name", name.map(|it| it.to_string())),
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** My artifacts, the latest first.

 `GET /api/v1/artifacts`*/
    pub async fn artifacts_list(
        &self,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::PageBodyArtifact, Error> {
        let route = "/api/v1/artifacts".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Keeps the body of the request as an artifact. It is streamed to the disk; what breaks off is gone, so
that large files are better sent in parts. Sent again with the same `Idempotency-Key`, the same bytes
give the same artifact, with a fresh reference.

 `POST /api/v1/artifacts`*/
    pub async fn artifacts_create(
        &self,
        name: Option<&str>,
        keep: Option<u64>,
        digest: Option<&str>,
        body: impl Into<reqwest::Body>,
    ) -> Result<types::Artifact, Error> {
        let route = "/api/v1/artifacts".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("name", name.map(|it| it.to_string())),
            ("keep", keep.map(|it| it.to_string())),
            ("digest", digest.map(|it| it.to_string())),
        ];
        let response = self
            .send_bytes(reqwest::Method::POST, &route, query, body)
            .await?;
        Ok(response.json().await?)
    }
    /** The content behind a signed reference of mine, whole or a range of it. Each piece is compared with its
digest before it is sent; one that was changed ends the answer.

 `GET /api/v1/artifacts/content/{reference}`*/
    pub async fn artifacts_content(&self, reference: &str) -> Result<Vec<u8>, Error> {
        let route = "/api/v1/artifacts/content/{reference}"
            .to_owned()
            .replace("{reference}", &crate::escape(reference));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.bytes().await?.to_vec())
    }
    /** Deletes an artifact. References to it open nothing from now on.

 `DELETE /api/v1/artifacts/{id}`*/
    pub async fn artifacts_delete(&self, id: &str) -> Result<(), Error> {
        let route = "/api/v1/artifacts/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** An artifact, with a fresh reference to it.

 `GET /api/v1/artifacts/{id}`*/
    pub async fn artifacts_show(
        &self,
        id: &str,
        expires_in: Option<u64>,
    ) -> Result<types::Artifact, Error> {
        let route = "/api/v1/artifacts/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("expires_in", expires_in.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** What jobs may be here.

 `GET /api/v1/job-policy`*/
    pub async fn queue_policy(&self) -> Result<types::JobPolicy, Error> {
        let route = "/api/v1/job-policy".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Sets what jobs may be, from the next submission and the next start on: kinds of payloads such as
`artifact` and `runbook`, and commands by patterns of their arguments.

 `PUT /api/v1/job-policy`*/
    pub async fn queue_set_policy(
        &self,
        body: &types::JobPolicy,
    ) -> Result<types::JobPolicy, Error> {
        let route = "/api/v1/job-policy".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self.send(reqwest::Method::PUT, &route, query, Some(body)).await?;
        Ok(response.json().await?)
    }
    /** My jobs, the latest first.

 `GET /api/v1/jobs`*/
    pub async fn jobs_list(
        &self,
        status: Option<&str>,
        name: Option<&str>,
        schedule: Option<&str>,
        cursor: Option<&str>,
        offset: Option<u64>,
        limit: Option<u64>,
    ) -> Result<types::PageBodyJob, Error> {
        let route = "/api/v1/jobs".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("status", status.map(|it| it.to_string())),
            ("name", name.map(|it| it.to_string())),
            ("schedule", schedule.map(|it| it.to_string())),
            ("cursor", cursor.map(|it| it.to_string())),
            ("offset", offset.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Submits a job. It is stored when this answers, and runs once a worker has room.

 `POST /api/v1/jobs`*/
    pub async fn jobs_submit(
        &self,
        body: &types::NewJob,
    ) -> Result<types::SubmittedJob, Error> {
        let route = "/api/v1/jobs".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Deletes an ended job with its events. What it left stays.

 `DELETE /api/v1/jobs/{id}`*/
    pub async fn jobs_delete(&self, id: &str) -> Result<(), Error> {
        let route = "/api/v1/jobs/{id}".to_owned().replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** A job, with its attempts, the beginning of its output, and what it left.

 `GET /api/v1/jobs/{id}`*/
    pub async fn jobs_show(&self, id: &str) -> Result<types::JobDetail, Error> {
        let route = "/api/v1/jobs/{id}".to_owned().replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** What a job left.

 `GET /api/v1/jobs/{id}/artifacts`*/
    pub async fn jobs_kept(&self, id: &str) -> Result<types::ListBodyArtifact, Error> {
        let route = "/api/v1/jobs/{id}/artifacts"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Cancels a job. One that runs is stopped within a second, on whichever machine; from now on it will end
as cancelled, even if its program ends by itself before.

 `POST /api/v1/jobs/{id}/cancel`*/
    pub async fn jobs_cancel(&self, id: &str) -> Result<types::SubmittedJob, Error> {
        let route = "/api/v1/jobs/{id}/cancel"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** The events of a job, live until the last one, over all its attempts: NDJSON, or SSE if `Accept` prefers
it. `Last-Event-ID` resumes after that event.

 `GET /api/v1/jobs/{id}/events`*/
    pub async fn jobs_events(
        &self,
        id: &str,
        from: Option<u64>,
    ) -> Result<Lines<model::event::Event>, Error> {
        let route = "/api/v1/jobs/{id}/events"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("from", from.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(Lines::new(response))
    }
    /** Does an ended job again, as a new one.

 `POST /api/v1/jobs/{id}/retry`*/
    pub async fn jobs_retry(&self, id: &str) -> Result<types::SubmittedJob, Error> {
        let route = "/api/v1/jobs/{id}/retry"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** How much I may ask of the queue, and how much I have.

 `GET /api/v1/limits`*/
    pub async fn queue_my_limits(&self) -> Result<types::JobStanding, Error> {
        let route = "/api/v1/limits".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** The limits of a user (`user_…`), of a token (`tok_…`), or of everybody for whom nothing else is set
(`default`).

 `GET /api/v1/limits/{subject}`*/
    pub async fn queue_limits(
        &self,
        subject: &str,
    ) -> Result<types::JobStanding, Error> {
        let route = "/api/v1/limits/{subject}"
            .to_owned()
            .replace("{subject}", &crate::escape(subject));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Sets limits, in place of all that are set. What is left out is as for everybody.

 `PUT /api/v1/limits/{subject}`*/
    pub async fn queue_set_limits(
        &self,
        subject: &str,
        body: &types::JobLimits,
    ) -> Result<types::JobStanding, Error> {
        let route = "/api/v1/limits/{subject}"
            .to_owned()
            .replace("{subject}", &crate::escape(subject));
        let query: &[(&str, Option<String>)] = &[];
        let response = self.send(reqwest::Method::PUT, &route, query, Some(body)).await?;
        Ok(response.json().await?)
    }
    /** The queue and its workers in figures.

 `GET /api/v1/queue`*/
    pub async fn queue_show(&self) -> Result<types::Queue, Error> {
        let route = "/api/v1/queue".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Lets an agent carry something out in a repository of mine.

 `POST /api/v1/runbook`*/
    pub async fn agents_open(
        &self,
        body: &types::NewAgentRunbook,
    ) -> Result<types::AgentRunbook, Error> {
        let route = "/api/v1/runbook".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** How far an agent session is.

 `GET /api/v1/runbook/{number}`*/
    pub async fn agents_show(&self, number: &str) -> Result<types::AgentRunbook, Error> {
        let route = "/api/v1/runbook/{number}"
            .to_owned()
            .replace("{number}", &crate::escape(number));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Says something to an agent session.

 `PATCH /api/v1/runbook/{number}`*/
    pub async fn agents_follow_up(
        &self,
        number: &str,
        body: &types::AgentRunbookMessage,
    ) -> Result<types::AgentRunbook, Error> {
        let route = "/api/v1/runbook/{number}"
            .to_owned()
            .replace("{number}", &crate::escape(number));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::PATCH, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** My schedules, the latest first.

 `GET /api/v1/schedules`*/
    pub async fn schedules_list(
        &self,
        cursor: Option<&str>,
        limit: Option<u64>,
    ) -> Result<types::PageBodySchedule, Error> {
        let route = "/api/v1/schedules".to_owned();
        let query: &[(&str, Option<String>)] = &[
            ("cursor", cursor.map(|it| it.to_string())),
            ("limit", limit.map(|it| it.to_string())),
        ];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Makes a schedule.

 `POST /api/v1/schedules`*/
    pub async fn schedules_create(
        &self,
        body: &types::NewSchedule,
    ) -> Result<types::Schedule, Error> {
        let route = "/api/v1/schedules".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Deletes a schedule. What it has submitted goes on.

 `DELETE /api/v1/schedules/{id}`*/
    pub async fn schedules_delete(&self, id: &str) -> Result<(), Error> {
        let route = "/api/v1/schedules/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** A schedule.

 `GET /api/v1/schedules/{id}`*/
    pub async fn schedules_show(&self, id: &str) -> Result<types::Schedule, Error> {
        let route = "/api/v1/schedules/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Changes a schedule to what is sent. What it has submitted goes on.

 `PUT /api/v1/schedules/{id}`*/
    pub async fn schedules_update(
        &self,
        id: &str,
        body: &types::NewSchedule,
    ) -> Result<types::Schedule, Error> {
        let route = "/api/v1/schedules/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self.send(reqwest::Method::PUT, &route, query, Some(body)).await?;
        Ok(response.json().await?)
    }
    /** Begins an upload in parts.

 `POST /api/v1/uploads`*/
    pub async fn artifacts_begin_upload(
        &self,
        body: &types::NewUpload,
    ) -> Result<types::Upload, Error> {
        let route = "/api/v1/uploads".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** Gives an upload up.

 `DELETE /api/v1/uploads/{id}`*/
    pub async fn artifacts_abandon_upload(&self, id: &str) -> Result<(), Error> {
        let route = "/api/v1/uploads/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::DELETE, &route, query, None::<&()>)
            .await?;
        drop(response);
        Ok(())
    }
    /** How much of an upload has arrived.

 `GET /api/v1/uploads/{id}`*/
    pub async fn artifacts_show_upload(&self, id: &str) -> Result<types::Upload, Error> {
        let route = "/api/v1/uploads/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Sends the next part. What arrived of one that broke off stays: ask how much that is, and go on there.
With the last byte the upload becomes an artifact.

 `PUT /api/v1/uploads/{id}`*/
    pub async fn artifacts_send_part(
        &self,
        id: &str,
        offset: Option<u64>,
        body: impl Into<reqwest::Body>,
    ) -> Result<types::Upload, Error> {
        let route = "/api/v1/uploads/{id}"
            .to_owned()
            .replace("{id}", &crate::escape(id));
        let query: &[(&str, Option<String>)] = &[
            ("offset", offset.map(|it| it.to_string())),
        ];
        let response = self.send_bytes(reqwest::Method::PUT, &route, query, body).await?;
        Ok(response.json().await?)
    }
    /** With what webhooks of my jobs are signed, as Standard Webhooks write it.

 `GET /api/v1/webhook-secret`*/
    pub async fn jobs_webhook_secret(&self) -> Result<types::WebhookSecret, Error> {
        let route = "/api/v1/webhook-secret".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.json().await?)
    }
    /** Asks one operation of GraphQL: agent sessions, and what they are equipped with.

 `POST /graphql`*/
    pub async fn agents_ask(
        &self,
        body: &types::GraphQlRequest,
    ) -> Result<types::GraphQlResponse, Error> {
        let route = "/graphql".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** The process is alive.

 `GET /healthz`*/
    pub async fn health_live(&self) -> Result<Vec<u8>, Error> {
        let route = "/healthz".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.bytes().await?.to_vec())
    }
    /** One message of the Model Context Protocol: which tools there are, and calls of them.

 `POST /mcp`*/
    pub async fn mcp_ask(
        &self,
        body: &types::McpMessage,
    ) -> Result<types::McpMessage, Error> {
        let route = "/mcp".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::POST, &route, query, Some(body))
            .await?;
        Ok(response.json().await?)
    }
    /** The server can do its work: its database answers.

 `GET /readyz`*/
    pub async fn health_ready(&self) -> Result<Vec<u8>, Error> {
        let route = "/readyz".to_owned();
        let query: &[(&str, Option<String>)] = &[];
        let response = self
            .send(reqwest::Method::GET, &route, query, None::<&()>)
            .await?;
        Ok(response.bytes().await?.to_vec())
    }
}
