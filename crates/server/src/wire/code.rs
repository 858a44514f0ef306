//! One-off code: the request, and how it becomes an order. The fields are tinirun's and more.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use engine::{CodeLimits, CodeOrder, Engine, Input, Network, SandboxPath, Snippet};
use model::{limits::OnExcess, principal::Principal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::language::LanguageBody;
use crate::{base64, problem::Problem, request::FormParts};

/// Files of one request; tinirun takes as many.
const MAX_FILES: usize = 50;

/// Bytes of all arguments and variables together. Linux takes 128 KiB for one of them.
const MAX_START_BYTES: usize = 128 << 10;

/// Longest name of one file or directory, as Linux has it.
const MAX_NAME_BYTES: usize = 255;

/// Most output that a request may ask to be sent: 1 GiB.
const MAX_OUTPUT_BYTES: u64 = 1 << 30;

/// Code to run. Fields that are not listed here are ignored.
#[derive(Deserialize, ToSchema)]
#[schema(as = CodeRun)]
pub(crate) struct CodeRunBody {
    /// The program; not empty.
    #[schema(min_length = 1, pattern = "\\S", example = "print('hello')")]
    code: String,
    lang: LanguageBody,
    /// As the language's package manager names them, with versions: `numpy>=1.0,<3`,
    /// `@scope/pkg@^1`, `serde@1`.
    dependencies: Option<Vec<String>>,
    /// Written beside the program before it starts, and once more beneath `files/`.
    #[schema(max_items = 50)]
    files: Option<Vec<FileBody>>,
    /// What the program reads on standard input; by default nothing.
    stdin: Option<String>,
    /// `base64` for input that is no text.
    stdin_encoding: Option<EncodingBody>,
    args: Option<Vec<String>>,
    /// Environment variables, added to those of the runtime.
    env: Option<BTreeMap<String, String>>,
    /// Seconds from the program's start until it is killed.
    #[schema(minimum = 1, maximum = 300, default = 60)]
    timeout: Option<u32>,
    /// Memory of all its processes and files, in MiB. The operator's limit for a sandbox if left out.
    #[schema(minimum = 1, maximum = 2048)]
    mem_limit_mb: Option<u32>,
    /// Processors. The operator's limit for a sandbox if left out.
    #[schema(minimum = 0.1, maximum = 4.0)]
    cpu_limit: Option<f64>,
    /// Bytes of stdout and stderr together that are sent. The operator's limit if left out.
    #[schema(minimum = 0, maximum = 1_073_741_824)]
    output_limit: Option<u64>,
    /// What becomes of a program that wrote more.
    on_output_limit: Option<OnOutputLimitBody>,
    network: Option<NetworkBody>,
}

/// The same as a form: `request` first, `stdin` last.
#[derive(ToSchema)]
#[schema(as = CodeRunForm)]
#[expect(dead_code, reason = "it only describes what is read part by part")]
pub(crate) struct CodeRunForm {
    request: CodeRunBody,
    /// Its path is its file name.
    #[schema(value_type = Option<Vec<String>>, format = Binary)]
    file: Option<Vec<u8>>,
    #[schema(value_type = Option<String>, format = Binary)]
    stdin: Option<Vec<u8>>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = CodeFile)]
struct FileBody {
    /// Relative, without `.` and `..`; directories are made.
    #[schema(example = "data/input.csv")]
    path: String,
    /// In base64.
    content: String,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = InputEncoding)]
enum EncodingBody {
    #[serde(rename = "utf-8", alias = "utf8")]
    Utf8,
    Base64,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = OnOutputLimit)]
enum OnOutputLimitBody {
    /// It goes on, and what it writes is dropped.
    Continue,
    Kill,
}

/// What the program reaches: `none`, or hosts and ports such as `pypi.org` and `*.npmjs.org:443`,
/// as far as the operator offers them.
#[derive(Deserialize, ToSchema)]
#[serde(untagged, expecting = "network must be \"none\" or a list of hosts such as \"pypi.org\"")]
#[schema(as = CodeNetwork)]
enum NetworkBody {
    Word(String),
    Hosts(Vec<String>),
}

/// What the operator offers to code, and what holds where a request leaves something out.
#[derive(Serialize, ToSchema)]
#[schema(as = CodeOffer)]
pub(crate) struct CodeOfferBody {
    /// Seconds.
    timeout: u64,
    mem_limit_mb: u64,
    cpu_limit: f64,
    output_limit: u64,
    /// Hosts and ports that `network` may name; `*` is any, and an empty list none.
    network: Vec<String>,
    /// Whether packages can be installed.
    dependencies: bool,
    /// Bytes of the largest request, as it is sent.
    max_request_bytes: u64,
}

impl CodeOfferBody {
    pub(crate) fn new(engine: &Engine, max_request_bytes: usize) -> Self {
        let limits = engine.code_limits();
        let network = match engine.offered_network() {
            Network::None => Vec::new(),
            Network::Allow(rules) => rules.iter().map(ToString::to_string).collect(),
            Network::Full => vec!["*".to_owned()],
        };
        Self {
            timeout: limits.timeout.as_secs(),
            mem_limit_mb: limits.memory_bytes >> 20,
            cpu_limit: f64::from(limits.cpu_millis) / 1000.0,
            output_limit: limits.output_bytes,
            network,
            dependencies: engine.environments().is_some_and(engine::Environments::installs),
            max_request_bytes: max_request_bytes.try_into().unwrap_or(u64::MAX),
        }
    }
}

impl CodeRunBody {
    /// The order that it asks for, where `usual` holds for limits that it leaves out.
    pub(crate) fn order(
        self,
        usual: CodeLimits,
        principal: Principal,
        parts: FormParts,
    ) -> Result<CodeOrder, Problem> {
        let limits = self.limits(usual)?;
        if self.code.trim().is_empty() {
            return Err(Problem::invalid("code is empty; send a program").at("/code"));
        }
        let args = self.args.unwrap_or_default();
        let env: Vec<_> = self.env.unwrap_or_default().into_iter().collect();
        check_start(&args, &env)?;
        let snippet = Snippet {
            runtime: self.lang.into(),
            code: self.code,
            args,
            env,
            files: files(self.files.unwrap_or_default(), parts.files)?,
            stdin: match parts.stdin {
                Some(stdin) => stdin,
                None => input(self.stdin, self.stdin_encoding)?,
            },
        };
        Ok(CodeOrder {
            snippet,
            limits,
            network: network(self.network)?,
            dependencies: self.dependencies.unwrap_or_default(),
            principal,
        })
    }

    fn limits(&self, usual: CodeLimits) -> Result<CodeLimits, Problem> {
        let mut limits = usual;
        if let Some(seconds) = self.timeout {
            check_range("timeout", "seconds", f64::from(seconds), (1.0, 300.0))?;
            limits.timeout = Duration::from_secs(seconds.into());
        }
        if let Some(megabytes) = self.mem_limit_mb {
            check_range("mem_limit_mb", "MiB", f64::from(megabytes), (1.0, 2048.0))?;
            limits.memory_bytes = u64::from(megabytes) << 20;
        }
        if let Some(processors) = self.cpu_limit {
            check_range("cpu_limit", "processors", processors, (0.1, 4.0))?;
            limits.cpu_millis = millis(processors);
        }
        if let Some(bytes) = self.output_limit {
            if bytes > MAX_OUTPUT_BYTES {
                let most = MAX_OUTPUT_BYTES;
                let detail = format!("output_limit is {bytes} bytes; use 0 to {most}");
                return Err(Problem::invalid(detail).at("/output_limit"));
            }
            limits.output_bytes = bytes;
        }
        match self.on_output_limit {
            None => {}
            Some(OnOutputLimitBody::Continue) => limits.on_output_limit = OnExcess::Drop,
            Some(OnOutputLimitBody::Kill) => limits.on_output_limit = OnExcess::Kill,
        }
        Ok(limits)
    }
}

fn check_range(
    field: &str,
    unit: &str,
    value: f64,
    (least, most): (f64, f64),
) -> Result<(), Problem> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let detail = format!("{field} is {value}; use {least} to {most} {unit}");
    Err(Problem::invalid(detail).at(format!("/{field}")))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be at most 4.0"
)]
fn millis(processors: f64) -> u32 {
    (processors * 1000.0).round() as u32
}

/// What the kernel would refuse at the start is refused here, with the reason.
fn check_start(args: &[String], env: &[(String, String)]) -> Result<(), Problem> {
    for (name, _) in env {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(Problem::invalid(format!(
                "env has the name {name:?}; a name is not empty and has no `=` and no NUL"
            ))
            .at("/env"));
        }
    }
    let texts = || args.iter().chain(env.iter().map(|(_, value)| value));
    if texts().any(|it| it.contains('\0')) {
        let field = if args.iter().any(|it| it.contains('\0')) { "/args" } else { "/env" };
        return Err(Problem::invalid("args and env must not contain NUL").at(field));
    }
    let bytes: usize = texts().chain(env.iter().map(|(name, _)| name)).map(|it| it.len() + 2).sum();
    if bytes > MAX_START_BYTES {
        return Err(Problem::invalid(format!(
            "args and env take {bytes} bytes; at most {MAX_START_BYTES} fit, send the rest in files \
             or stdin"
        ))
        .at("/args"));
    }
    Ok(())
}

fn files(
    bodies: Vec<FileBody>,
    parts: Vec<(String, Vec<u8>)>,
) -> Result<Vec<(SandboxPath, Vec<u8>)>, Problem> {
    let count = bodies.len() + parts.len();
    if count > MAX_FILES {
        let detail = format!("there are {count} files; send at most {MAX_FILES}");
        return Err(Problem::invalid(detail).at("/files"));
    }
    let mut files = Vec::with_capacity(count);
    for (index, FileBody { path, content }) in bodies.into_iter().enumerate() {
        let bytes = base64::decode(&content).ok_or_else(|| {
            Problem::invalid(format!("the content of the file {path:?} is not base64"))
                .at(format!("/files/{index}/content"))
        })?;
        let path = file_path(&path).map_err(|it| it.at(format!("/files/{index}/path")))?;
        files.push((path, bytes));
    }
    for (path, bytes) in parts {
        files.push((file_path(&path)?, bytes));
    }
    let paths: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
    check_distinct(&paths).map_err(|it| it.at("/files"))?;
    Ok(files)
}

/// A path that names a file of the workspace in every sandbox.
fn file_path(text: &str) -> Result<SandboxPath, Problem> {
    let path = SandboxPath::try_from(text).map_err(|error| {
        Problem::invalid(format!("a file's {error}; use a relative path without `.` and `..`"))
    })?;
    if text.split('/').any(|it| it.len() > MAX_NAME_BYTES) {
        return Err(Problem::invalid(format!(
            "the file path {text:?} has a name of more than {MAX_NAME_BYTES} bytes"
        )));
    }
    Ok(path)
}

/// No path twice, and none as a file and as a directory.
fn check_distinct(paths: &[&str]) -> Result<(), Problem> {
    let mut all = BTreeSet::new();
    if let Some(twice) = paths.iter().find(|it| !all.insert(**it)) {
        return Err(Problem::invalid(format!("the file {twice:?} is there twice")));
    }
    for path in paths {
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        if let Some(parent) = parents.into_iter().find(|it| all.contains(it)) {
            return Err(Problem::invalid(format!(
                "{parent:?} is a file, and the file {path:?} needs it to be a directory"
            )));
        }
    }
    Ok(())
}

fn input(stdin: Option<String>, encoding: Option<EncodingBody>) -> Result<Input, Problem> {
    let Some(text) = stdin.filter(|it| !it.is_empty()) else { return Ok(Input::Empty) };
    let bytes = match encoding {
        None | Some(EncodingBody::Utf8) => text.into_bytes(),
        Some(EncodingBody::Base64) => base64::decode(&text)
            .ok_or_else(|| Problem::invalid("stdin is not base64").at("/stdin"))?,
    };
    Ok(Input::Bytes(bytes.into()))
}

fn network(body: Option<NetworkBody>) -> Result<Network, Problem> {
    let hosts = match body {
        None => return Ok(Network::None),
        Some(NetworkBody::Word(word)) if word == "none" => return Ok(Network::None),
        Some(NetworkBody::Word(list)) => list.split(',').map(|it| it.trim().to_owned()).collect(),
        Some(NetworkBody::Hosts(hosts)) => hosts,
    };
    if hosts.is_empty() {
        return Ok(Network::None);
    }
    let rules: Result<Vec<_>, _> = hosts.iter().map(|it| it.parse::<engine::Rule>()).collect();
    rules.map(Network::Allow).map_err(|error| {
        Problem::invalid(format!(
            "{error}; network is \"none\", or a list of hosts such as \"pypi.org\" and \
             \"*.npmjs.org:443\""
        ))
        .at("/network")
    })
}
