//! What a hub needs for agent sessions: an agent's program, a model, git.

use std::{
    env, fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use agent::harness::{
    Harness,
    acp::AcpAgent,
    claude::{ClaudeCode, PINNED_VERSION},
};
use engine::Engine;
use gateway::{Gateway, GatewayConfig, KeyHeader, ModelId, Models, Prices, ProviderKey};
use orchestrator::{Agents, AgentsConfig};
use repository::{Limits, Repositories};

use crate::{
    args::{AgentFlags, KeyHeaderFlag},
    failure::Failure,
    github_app,
};

/// Six times the longest that Claude Code lets a command take.
const SILENCE: Duration = Duration::from_secs(60 * 60);

/// Directories of commands that are not part of a sandbox's system.
struct Program {
    command: String,
    toolchains: Vec<PathBuf>,
}

/// Opens agent sessions of a hub; says why there are none where what they need is missing.
pub(crate) async fn open(
    flags: &AgentFlags,
    (engine, data): (&Engine, &Path),
    listening: &str,
) -> Result<Result<Agents, String>, Failure> {
    let Some(key) = key(flags)? else {
        let why =
            "no model is configured; start the hub with ANTHROPIC_API_KEY or --model-key-file";
        return Ok(Err(why.to_owned()));
    };
    let endpoint = flags.model_endpoint.parse().map_err(|error| {
        Failure::rejected(format!(
            "--model-endpoint {:?} is no address: {error}",
            flags.model_endpoint
        ))
    })?;
    let mut config = GatewayConfig::new(endpoint, key);
    if let Some(file) = &flags.model_prices {
        config.prices = prices(file)?;
    }
    let gateway = Gateway::new(config).map_err(|it| Failure::rejected(it.to_string()))?;
    let (models, default_model) = models(&flags.model)?;
    let (harness, toolchains) = match harness(&flags.agent) {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    let variables = env::vars_os();
    let directory = data.join("repositories");
    let repositories = match Repositories::new(&directory, Limits::default(), variables).await {
        Ok(repositories) => repositories,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let public_url = flags.public_url.as_deref().unwrap_or(listening);
    let config = AgentsConfig {
        directory: data.join("agents"),
        harness,
        toolchains,
        gateway,
        models,
        default_model,
        repositories,
        user_budget: flags.model_user_budget,
        network: flags.agent_allow.clone(),
        limits: flags.sandbox(),
        silence: SILENCE,
        app: github_app::open(&flags.app)?,
        public_url: public_url.trim_end_matches('/').to_owned(),
    };
    Agents::start(engine.clone(), config).await.map(Ok).map_err(Failure::internal)
}

fn key(flags: &AgentFlags) -> Result<Option<ProviderKey>, Failure> {
    let text = match (&flags.model_key, &flags.model_key_file) {
        (Some(key), _) if !key.trim().is_empty() => key.clone(),
        (_, Some(file)) => fs::read_to_string(file).map_err(|error| {
            Failure::rejected(format!("{} cannot be read: {error}", file.display()))
        })?,
        (_, None) => return Ok(None),
    };
    let header = match flags.model_key_header {
        KeyHeaderFlag::ApiKey => KeyHeader::ApiKey,
        KeyHeaderFlag::Bearer => KeyHeader::Bearer,
    };
    ProviderKey::new(&text, header).map(Some).map_err(|it| Failure::rejected(it.to_string()))
}

fn prices(file: &Path) -> Result<Prices, Failure> {
    let refused = |error: String| Failure::rejected(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(|it| refused(it.to_string()))?;
    let prices = toml::from_str(&text).map_err(|it| refused(it.to_string()))?;
    Ok(prices)
}

/// Out of `ID` and `NAME=ID`.
fn models(texts: &[String]) -> Result<(Models, Option<ModelId>), Failure> {
    let parse = |it: &str| it.trim().parse::<ModelId>();
    let mut models = Models::default();
    let mut first = None;
    let mut ids = Vec::new();
    let mut aliases = Vec::new();
    for text in texts {
        let (name, id) = text.split_once('=').unwrap_or((text, text));
        let refused = |it: gateway::InvalidModelId| Failure::rejected(format!("--model: {it}"));
        let (name, id) = (parse(name).map_err(refused)?, parse(id).map_err(refused)?);
        first = first.or_else(|| Some(name.clone()));
        if name != id {
            aliases.push((name, id.clone()));
        }
        ids.push(id);
    }
    models = if ids.is_empty() { models } else { Models::new(ids) };
    let models = aliases.into_iter().fold(models, |models, (name, id)| models.alias(name, id));
    Ok((models, first))
}

fn harness(text: &str) -> Result<(Arc<dyn Harness>, Vec<PathBuf>), String> {
    if let Some(command) = text.strip_prefix("acp:") {
        let mut words = command.split_whitespace().map(str::to_owned);
        let name = words.next().ok_or("--agent acp: names no program")?;
        let Program { command: program, toolchains } = find(&name)?;
        let directory = orchestrator::CHECKOUT_DIRECTORY.to_owned();
        let agent = AcpAgent { program, arguments: words.collect(), directory };
        return Ok((Arc::new(agent), toolchains));
    }
    let name = match text.strip_prefix("claude") {
        Some("") => "claude",
        Some(rest) if rest.starts_with(':') => &rest[1..],
        Some(_) | None => {
            return Err(format!(
                "--agent {text:?} is none; use claude, claude:/path or acp:PROGRAM"
            ));
        }
    };
    let Program { command, toolchains } = find(name).map_err(|why| {
        format!(
            "{why}; install Claude Code {PINNED_VERSION} (npm install -g @anthropic-ai/claude-code@{PINNED_VERSION}), or name it with --agent claude:/path"
        )
    })?;
    let agent = ClaudeCode { program: command, version: PINNED_VERSION.to_owned() };
    Ok((Arc::new(agent), toolchains))
}

/// A program by its path or name, without links on the way, and where sandboxes find it.
fn find(name: &str) -> Result<Program, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut candidates = if name.contains('/') {
        vec![PathBuf::from(name)]
    } else {
        env::split_paths(&path).map(|it| it.join(name)).collect()
    };
    candidates.retain(|it| it.is_file());
    let found = candidates.first().ok_or_else(|| format!("{name} is not on this machine"))?;
    let found = found.canonicalize().map_err(|it| format!("{name} cannot be read: {it}"))?;
    let directory = found.parent().map(Path::to_owned).unwrap_or_default();
    let is_of_system = found.starts_with("/usr");
    if !is_of_system && !sandbox::may_be_shown(&directory) {
        return Err(format!("{} is where no sandbox may look", directory.display()));
    }
    // Sandboxes of root have a user of their own.
    let is_root = fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0);
    let readable = |it: &Path| fs::metadata(it).is_ok_and(|it| it.mode() & 0o005 == 0o005);
    if is_root && !(readable(&found) && readable(&directory)) {
        return Err(format!(
            "{} may be read by its owner only, and sandboxes are another user's; make it readable with chmod -R o+rX {}",
            found.display(),
            directory.display()
        ));
    }
    let toolchains = if is_of_system { Vec::new() } else { vec![directory] };
    Ok(Program { command: found.to_string_lossy().into_owned(), toolchains })
}
