//! The tools of this machine: an engine in memory, whose runbooks are the documents beneath a directory.
//!
//! A document becomes a runbook of that engine when it is named, as it then is on disk. Read and run it is as on a hub,
//! so that there is one way to do either.

use std::{collections::HashMap, env, sync::Arc};

use ::mcp::{Answer, Call, ReadRunbook, RunRunbook, Tool, ToolName, Tools, Unread, clean_line};
use engine::{Clock, Engine, Maker, NewToken, Verified};
use model::{
    id::{RunbookId, UserId},
    scope::{Scope, Scopes},
    token::TokenLimits,
};
use sandbox::Choice;
use serde_json::{Map, Value};
use server::{App, HubTools};
use store::Store;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::documents::Directory;
use crate::{args::McpArgs, backend, cache, documents::Source, failure::Failure};

const OFFERED: [ToolName; 4] =
    [ToolName::ListRunbooks, ToolName::ReadRunbook, ToolName::RunRunbook, ToolName::RunCode];

/// Longest title of a runbook, in characters.
const MAX_TITLE_CHARS: usize = 200;

pub(super) struct LocalTools {
    directory: Directory,
    engine: Engine,
    user: UserId,
    tools: HubTools,
    instructions: String,
    /// What was stored of documents, by their names.
    known: Mutex<HashMap<String, Known>>,
}

struct Known {
    id: RunbookId,
    text: String,
}

impl LocalTools {
    pub(super) async fn start(args: &McpArgs) -> Result<(Self, Engine), Failure> {
        let directory = Directory::open(&args.directory)?;
        let offers = backend::many(&args.isolation, None, &[], &[]).await?;
        let isolation = isolation(&offers.default.name).await;
        let environments = cache::of_server(&args.cache, &args.isolation, &offers.default)?;
        let config = engine::Config {
            // The next call finds a sandbox that is ready.
            keep_ready: 1,
            limits: args.limits.execution(),
            sandbox: args.limits.sandbox(),
            egress: args.isolation.egress(),
            network: args.isolation.network.clone(),
            snapshots: env::temp_dir(),
            environments,
            ..engine::Config::default()
        };
        // What is run and printed here lives as long as this process.
        let store = Store::open("sqlite::memory:").await?;
        let engine = Engine::start(store, offers, config, Clock::system()).await?;
        let verified = owner(&engine).await?;
        let user = verified.user.id;
        let app = App::hub(engine.clone(), server::Config::default()).await?;
        let (tools, known) = (app.tools_of(verified), Mutex::default());
        let instructions = format!(
            "{}\n\nRunbooks are the documents beneath {}, named by their paths there. {isolation}",
            tools.instructions(),
            clean_line(&directory.display())
        );
        let local = Self { directory, engine: engine.clone(), user, tools, instructions, known };
        Ok((local, engine))
    }

    /// The runbook that a document is now. One that was read before is known by its id, too.
    async fn stored(&self, named: &str) -> Result<RunbookId, String> {
        let mut known = self.known.lock().await;
        let by_id = known.iter().find(|it| it.1.id.to_string() == named);
        let name = by_id.map_or_else(|| named.to_owned(), |it| it.0.clone());
        let source = self.directory.read(&name)?;
        if let Some(error) = source.first_error() {
            return Err(source.place(error));
        }
        let title = title(&source);
        let id = match known.get(&name) {
            Some(it) if it.text == source.text => return Ok(it.id),
            Some(it) => {
                let (title, text) = (Some(&*title), Some(&*source.text));
                let saved = self.engine.save_runbook(it.id, self.user, None, title, text).await;
                saved.map_err(|it| it.to_string())?.runbook.id
            }
            None => {
                let made = self.engine.create_runbook(self.user, &title, &source.text).await;
                made.map_err(|it| it.to_string())?.runbook.id
            }
        };
        known.insert(name, Known { id, text: source.text });
        Ok(id)
    }
}

/// A title as runbooks have them.
fn title(source: &Source) -> String {
    let title: String = clean_line(&source.title()).chars().take(MAX_TITLE_CHARS).collect();
    if title.trim().is_empty() { "Runbook".to_owned() } else { title }
}

/// Who started this process, as the owner of all there is.
async fn owner(engine: &Engine) -> Result<Arc<Verified>, Failure> {
    let user = engine.create_user("you@localhost", "you", "").await.map_err(Failure::internal)?;
    let scopes = Scopes::from_iter([Scope::CodeRun, Scope::RunbookRead, Scope::SessionRun]);
    let new = NewToken {
        user: user.id,
        name: "runbook mcp".to_owned(),
        scopes,
        expires_at: None,
        limits: TokenLimits::default(),
    };
    let made = engine.tokens().make(new, Maker { scopes, token: None }).await;
    let (token, _) = made.map_err(Failure::internal)?;
    Ok(Arc::new(Verified { token, user }))
}

/// What keeps programs apart here, in words.
async fn isolation(backend: &str) -> String {
    if backend == Choice::Host.to_string() {
        return "Programs are NOT isolated: they run on this machine as the user.".to_owned();
    }
    let findings = sandbox::doctor::probe().await.findings;
    let holds: Vec<&str> = findings.iter().filter(|it| it.holds).map(|it| it.name).collect();
    format!(
        "Programs run in sandboxes on this machine ({backend}); what holds: {}.",
        holds.join(", ")
    )
}

impl Tools for LocalTools {
    fn instructions(&self) -> String {
        self.instructions.clone()
    }

    fn offered(&self) -> Vec<Tool> {
        OFFERED.into_iter().map(ToolName::tool).collect()
    }

    async fn call(
        &self,
        name: &str,
        mut arguments: Map<String, Value>,
        stop: CancellationToken,
    ) -> Result<Answer, Unread> {
        match Call::read(name, arguments.clone())? {
            Call::ListRunbooks(it) => {
                let (search, folder) =
                    (it.search.unwrap_or_default(), it.folder.unwrap_or_default());
                let listed = self.directory.list(&search, &folder);
                return Ok(listed.map_or_else(Answer::refused, |it| Answer::text(&it)));
            }
            Call::ReadRunbook(ReadRunbook { runbook, .. })
            | Call::RunRunbook(RunRunbook { runbook, .. }) => match self.stored(&runbook).await {
                Ok(id) => drop(arguments.insert("runbook".to_owned(), id.to_string().into())),
                Err(why) => return Ok(Answer::refused(why)),
            },
            Call::RunCode(_) => {}
            Call::CreateRunbook(_)
            | Call::EditRunbook(_)
            | Call::SubmitJob(_)
            | Call::GetJob(_)
            | Call::ListJobs(_)
            | Call::CancelJob(_)
            | Call::ListFunctions(_)
            | Call::CallFunction(_)
            | Call::StartAgentSession(_)
            | Call::GetAgentSession(_)
            | Call::EditPlan(_) => return Err(Unread::NoSuchTool(name.to_owned())),
        }
        self.tools.call(name, arguments, stop).await
    }
}
