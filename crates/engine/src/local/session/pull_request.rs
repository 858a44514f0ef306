//! Pull requests: what is asked of a forge before and after the script of a `GitPullRequest` pushes.
//!
//! Whatever the forge would refuse anyway is asked first, so that nothing is pushed then.

use std::time::Duration;

use forge::{
    Forge, ForgeError, NewPullRequest, PullRequest, Readiness, Remote, RepositoryPath, Site, Token,
};
use model::{
    event::{Chunk, EventKind},
    execution::Outcome,
    limits::Limits,
};
use sandbox::{Sandbox, SandboxError, SandboxPath};

use super::{Inner, Ready};
use crate::{
    execution::{Ending, Sink},
    live::StoreSink,
    local::{outputs, pull_request as block, read_outputs},
    secrets::Masking,
};

/// Reading a setting of git takes no time.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the forges take, in characters.
const MOST_TITLE: usize = 255;
const MOST_DESCRIPTION: usize = 65_536;

/// What is to be opened where, once its branch is there.
struct Pushing {
    forge: Box<dyn Forge>,
    path: RepositoryPath,
    title: String,
    description: String,
    labels: Vec<String>,
}

/// What the script says that it pushed.
struct Pushed {
    branch: String,
    base: String,
    is_new: bool,
}

/// Why there is no pull request.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the clone has no remote origin; clone the repository with a GitClone")]
    NoRemote,
    #[error(
        "the clone is from {remote}, and {component} opens pull requests at {site}; name a GitAuth that signs in to {remote}"
    )]
    Elsewhere { remote: String, component: String, site: String },
    #[error(
        "{component} needs a token of {forge}; name a GitAuth with gitAuthId, or set {variable}"
    )]
    NoToken { component: String, forge: &'static str, variable: &'static str },
    #[error("the {field} is longer than {most} characters; shorten it")]
    TooLong { field: &'static str, most: usize },
    #[error("there is nothing to push: nothing has changed since the last push to {branch}")]
    Nothing { branch: String },
    #[error(transparent)]
    Forge(#[from] ForgeError),
    #[error("the branch was pushed, and what git said of it cannot be read: {0}")]
    Unread(#[from] SandboxError),
}

impl Inner {
    /// Pushes to a branch, and opens a pull request for it unless there is one.
    pub(super) async fn attempt_pull_request(
        &self,
        sandbox: &Sandbox,
        ready: &mut Ready,
        at: &str,
        sink: &mut StoreSink,
    ) -> Result<Ending, SandboxError> {
        let stop = ready.stop.clone();
        let prepared = tokio::select! {
            prepared = self.meet_forge(sandbox, ready) => prepared,
            () = stop.cancelled() => return Ok(Ending::unused(Outcome::Cancelled)),
        };
        let pushing = match prepared {
            Ok(pushing) => pushing,
            Err(refusal) => return Ok(refused(ready, sink, &refusal).await),
        };
        let ending = self.execute(sandbox, ready, at, sink).await?;
        if !matches!(ending, Ending::Outcome { outcome: Outcome::Exited { code: 0 }, .. }) {
            return Ok(ending);
        }
        let opened = tokio::select! {
            opened = self.open(&pushing, sandbox, ready, at) => opened,
            () = stop.cancelled() => return Ok(Ending::unused(Outcome::Cancelled)),
        };
        let said = match opened {
            Ok(said) => said,
            Err(refusal) => return Ok(refused(ready, sink, &refusal).await),
        };
        let said = said.into_iter().map(|data| EventKind::Info { data }).collect();
        let told = Masking::new(sink, ready.mask.clone()).append(said).await;
        let kept = match told {
            Ok(()) => self.keep(sandbox, ready, at, sink).await,
            Err(failure) => Err(failure),
        };
        Ok(kept.map_or_else(Ending::Failure, |()| ending))
    }

    /// Finds out where the pull request goes, and tells the script what it needs to know.
    async fn meet_forge(&self, sandbox: &Sandbox, ready: &mut Ready) -> Result<Pushing, Refusal> {
        let remote = self.remote(sandbox, ready).await?;
        let component = ready.executable.component.clone();
        let host = || remote.host().to_owned();
        let named = block::take_site(&mut ready.env).or_else(|| Site::of(&remote));
        let site = named.ok_or_else(|| ForgeError::NoPullRequests { host: host() })?;
        let path = site.repository(&remote).ok_or_else(|| Refusal::Elsewhere {
            remote: host(),
            component: component.clone(),
            site: site.host().to_owned(),
        })?;
        let (user, variables) = block::git_user(site.kind());
        let shown = variables.iter().find_map(|name| {
            let token = ready.env.get(*name).or_else(|| ready.before.env.get(*name))?;
            (!token.is_empty()).then(|| (*name, Token::new(token.clone())))
        });
        let (variable, token) = shown.ok_or_else(|| Refusal::NoToken {
            component,
            forge: site.kind().name(),
            variable: variables[0],
        })?;
        let forge = site.forge(token)?;
        let pushing = wanted(ready, forge, path)?;
        let author = pushing.forge.user().await?;
        let repository = pushing.forge.repository(&pushing.path).await?;
        let told = [
            (block::SITE, site.address().to_owned()),
            (block::USER, user.to_owned()),
            (block::TOKEN_NAME, variable.to_owned()),
            (block::DEFAULT, repository.default_branch.unwrap_or_default()),
            (block::NAME, author.name),
            (block::EMAIL, author.email),
        ];
        ready.env.extend(told.map(|(name, it)| (name.to_owned(), it)));
        Ok(pushing)
    }

    /// Where the newest clone is pushed to.
    async fn remote(&self, sandbox: &Sandbox, ready: &Ready) -> Result<Remote, Refusal> {
        let worktree = ready.env.get("REPO_FILES").ok_or(Refusal::NoRemote)?;
        let argv = ["git", "-C", worktree, "remote", "get-url", "--push", "origin"];
        let argv = argv.map(str::to_owned).to_vec();
        let limits = Limits { timeout: Some(PATIENCE), output_bytes: 1 << 16, ..Limits::default() };
        let cwd = ready.before.cwd.clone();
        let (ending, said) = self.aside(sandbox, argv, cwd, &limits).await;
        match ending {
            Ending::Outcome { outcome: Outcome::Exited { code: 0 }, .. } => {
                Ok(Remote::parse(&String::from_utf8_lossy(&said)))
            }
            Ending::Outcome { .. } | Ending::Failure(_) => Err(Refusal::NoRemote),
        }
    }

    /// Opens the pull request, or finds it; its outputs take the place of what the script said. Gives what to tell.
    async fn open(
        &self,
        pushing: &Pushing,
        sandbox: &Sandbox,
        ready: &Ready,
        at: &str,
    ) -> Result<Vec<String>, Refusal> {
        let Pushing { forge, path, .. } = pushing;
        let output =
            SandboxPath::try_from(format!("{at}/output").as_str()).expect("a plain relative path");
        let said = sandbox.read_file(&output, outputs::MOST_BYTES as u64).await?;
        let Pushed { branch, base, is_new } = Pushed::read(&said);
        let component = &ready.executable.component;
        let is_known = || {
            let state = self.state();
            state.outputs.get(component).is_some_and(|it| it.contains_key("PR_URL"))
        };
        let (opened, told) = match forge.find_pull_request(path, &branch).await? {
            Some(_) if !is_new && is_known() => return Err(Refusal::Nothing { branch }),
            Some(found) => {
                let told = format!("{branch} is in pull request {}: {}", found.number, found.url);
                (found, vec![told])
            }
            None => pushing.open(branch.clone(), base).await?,
        };
        let PullRequest { number, url } = opened;
        let values = format!("PR_ID={number}\nPR_URL={url}\nPR_BRANCH={branch}\n");
        sandbox.write_file(&output, values.as_bytes(), 0o600).await?;
        Ok(told)
    }
}

impl Pushing {
    async fn open(
        &self,
        branch: String,
        base: String,
    ) -> Result<(PullRequest, Vec<String>), Refusal> {
        let (title, description) = (self.title.clone(), self.description.clone());
        let readiness = Readiness::Ready;
        let new = NewPullRequest { title, description, branch, base, readiness };
        let opened = self.forge.open_pull_request(&self.path, &new).await?;
        let mut told = vec![format!("opened pull request {}: {}", opened.number, opened.url)];
        if !self.labels.is_empty()
            && let Err(error) = self.forge.label(&self.path, opened.number, &self.labels).await
        {
            // It is there, and would be opened twice if this failed.
            told.push(format!("it has no labels: {error}"));
        }
        Ok((opened, told))
    }
}

impl Pushed {
    fn read(output: &[u8]) -> Self {
        let mut values = read_outputs(output).values;
        let mut take = |name: &str| values.remove(name).unwrap_or_default();
        Self { branch: take("branch"), base: take("base"), is_new: take("pushed") == "yes" }
    }
}

/// What the reader wants to be opened, which is not the script's business.
fn wanted(
    ready: &mut Ready,
    forge: Box<dyn Forge>,
    path: RepositoryPath,
) -> Result<Pushing, Refusal> {
    let mut take = |name: &str| ready.env.remove(name).unwrap_or_default();
    let (title, description) = (take(block::TITLE), take(block::DESCRIPTION));
    let labels: Vec<String> = serde_json::from_str(&take(block::LABELS)).unwrap_or_default();
    let title = title.trim().to_owned();
    for (field, text, most) in
        [("title", &title, MOST_TITLE), ("description", &description, MOST_DESCRIPTION)]
    {
        if text.chars().nth(most).is_some() {
            return Err(Refusal::TooLong { field, most });
        }
    }
    let message = ready.env.entry(block::MESSAGE.to_owned()).or_default();
    if message.trim().is_empty() {
        message.clone_from(&title);
    }
    Ok(Pushing { forge, path, title, description, labels })
}

/// Says why on the standard error of the script, which it fails with.
async fn refused(ready: &Ready, sink: &mut StoreSink, refusal: &Refusal) -> Ending {
    let said = EventKind::Stderr(Chunk::new(format!("{refusal}\n").into_bytes()));
    let mut masking = Masking::new(sink, ready.mask.clone());
    let told = match masking.append(vec![said]).await {
        Ok(()) => masking.finish().await,
        Err(failure) => Err(failure),
    };
    match told {
        Ok(()) => Ending::unused(Outcome::Exited { code: 1 }),
        Err(failure) => Ending::Failure(failure),
    }
}
