//! The beginning of an attempt: what the forge has now, a sandbox, a clean checkout, the repository's own script.

use std::{sync::Arc, time::Duration};

use agent::{
    context::ContextFile,
    policy::Phase,
    session::{Branch, BranchState, Fact, Fault, Fence, Note, State, Target, Task},
};
use engine::LendError;
use gateway::{Budget, Metered, Pass, SessionToken};
use repository::{Branch as BranchName, CommitId, FetchError, Heads, Survey};
use sandbox::Program;
use tokio::sync::mpsc;

use crate::{
    agents::Hub,
    bench::{Bench, End, Making, Writing},
    dialogue::Heard,
    ground::Ground,
    owner::Prepared,
    view::Record,
};

/// Where a repository keeps its script, the first that is there. The one name is Aviator's, the other ours.
const SCRIPTS: [&str; 2] =
    [".runbook/scripts/pre-execution.sh", ".aviator/scripts/pre-execution.sh"];

/// Of a file in which a repository tells agents how to work in it.
const MAX_GUIDANCE: usize = 16 * 1024;

/// Aviator's limit for it.
const SCRIPT_TIME: Duration = Duration::from_secs(120);

/// Runs the first regular file of the names it is given; 64 where there is none.
const RUN_SCRIPT: &str = r#"
for it in "$@"; do
  part=$it
  while [ "$part" != . ]; do
    [ -L "$part" ] && continue 2
    part=$(dirname "$part")
  done
  if [ -f "$it" ]; then printf '%s\n' "$it"; exec bash "$it"; fi
done
exit 64
"#;
const NO_SCRIPT: i32 = 64;

pub(crate) struct Preparing {
    pub(crate) hub: Arc<Hub>,
    pub(crate) record: Record,
    pub(crate) state: Arc<State>,
    pub(crate) task: Task,
    pub(crate) fence: Fence,
    /// The one that the session has already.
    pub(crate) bench: Option<Arc<Bench>>,
    pub(crate) meter: mpsc::Sender<Metered>,
    pub(crate) budget: Budget,
    pub(crate) tell: mpsc::Sender<(Fence, Heard)>,
}

/// What the platform itself does needs no sandbox.
pub(crate) async fn prepare(order: &Preparing) -> Result<Prepared, Fault> {
    match order.task {
        Task::Turn { .. } | Task::Step { .. } | Task::Revision { .. } | Task::Visit => {
            let looking = look(order);
            let (looked, bench) = tokio::join!(looking, bench(order));
            let (ground, commit) = looked?;
            let bench = bench?;
            let writing = match order.task.phase() {
                Phase::Planning => Writing::Discouraged,
                Phase::Executing => Writing::Allowed,
            };
            let made = bench.check_out((&ground.mirror, &commit), writing).await;
            made.map_err(|it| Fault::Passing { why: it.to_string() })?;
            let survey = ground.mirror.survey(&commit).await.unwrap_or_default();
            let warning = warning(order, &survey, &bench).await;
            let guidance = guidance(&ground, &commit, &survey).await;
            let (bench, commit) = (Some(bench), Some(commit));
            Ok(Prepared { bench, commit, guidance, warning })
        }
        Task::Revert { .. } | Task::OpenRequest { .. } => {
            Ok(Prepared { bench: None, commit: None, guidance: Vec::new(), warning: None })
        }
    }
}

/// Opened for each part of an attempt: one may last for hours, and tokens end.
pub(crate) async fn ground(hub: &Hub, record: &Record, state: &State) -> Result<Ground, Fault> {
    let ground = hub.ground(state.owner, record.repository).await;
    ground.map_err(|error| {
        let why = error.to_string();
        if error.may_pass() { Fault::Passing { why } } else { Fault::Lasting { why } }
    })
}

/// What the forge has now, and the commit to begin with.
async fn look(order: &Preparing) -> Result<(Ground, CommitId), Fault> {
    let ground = ground(&order.hub, &order.record, &order.state).await?;
    let heads = ground.mirror.fetch().await.map_err(|error| {
        if matches!(error, FetchError::Unauthorized { .. }) {
            order.hub.forget_app_token(&ground);
        }
        let why = error.to_string();
        if error.may_pass() { Fault::Passing { why } } else { Fault::Lasting { why } }
    })?;
    report_pushes(order, &heads).await;
    let commit = commit(&order.state, &order.task, order.fence, &heads)?;
    Ok((ground, commit))
}

/// Whoever pushed to a branch of the session meanwhile is told of, and built upon.
async fn report_pushes(order: &Preparing, heads: &Heads) {
    for branch in order.state.branches.iter().filter(|it| it.state == BranchState::Open) {
        let Some(head) = head_of(heads, &branch.name) else { continue };
        if head.as_str() != branch.head {
            let fact = Fact::PersonPushed { branch: branch.id, head: head.to_string() };
            order.tell.send((order.fence, Heard::Fact(fact))).await.ok();
        }
    }
}

fn head_of<'h>(heads: &'h Heads, branch: &str) -> Option<&'h CommitId> {
    heads.get(&BranchName::parse(branch).ok()?)
}

fn commit(state: &State, task: &Task, fence: Fence, heads: &Heads) -> Result<CommitId, Fault> {
    let name = match (task, state.delivery(task, fence).map(|it| it.target)) {
        (Task::Turn { .. }, _) | (_, None) => {
            let open = |it: &&Branch| it.state == BranchState::Open;
            let last = state.branches.iter().rev().find(open);
            last.map_or(&state.settings.target_branch, |it| &it.name).clone()
        }
        (_, Some(Target::New { base, .. })) => base,
        (_, Some(Target::Existing { branch, .. })) => {
            let branch = state.branch(branch);
            branch.map(|it| it.name.clone()).unwrap_or_default()
        }
    };
    if let Some(commit) = head_of(heads, &name) {
        return Ok(commit.clone());
    }
    let default = heads.default_branch.as_ref().map(ToString::to_string).unwrap_or_default();
    Err(Fault::Lasting {
        why: format!(
            "the repository has no branch {name:?}; its default branch is {default:?}: choose another target branch"
        ),
    })
}

/// The session's sandbox, with the files that were kept of the last one.
async fn bench(order: &Preparing) -> Result<Arc<Bench>, Fault> {
    if let Some(bench) = &order.bench {
        return Ok(Arc::clone(bench));
    }
    let config = &order.hub.config;
    let token = SessionToken::random();
    let (models, budget) = (config.models.clone(), order.budget.clone());
    let mut pass = Pass::new(token.clone(), models, budget, order.meter.clone());
    let user_budget = order.hub.ledger.budget(order.state.owner).await;
    let user_budget = user_budget.map_err(|it| Fault::Passing { why: it.to_string() })?;
    if let Some(budget) = user_budget {
        pass = pass.with_user_budget(budget);
    }
    let making = Making {
        engine: &order.hub.engine,
        gateway: config.gateway.clone(),
        network: config.network.clone(),
        toolchains: config.toolchains.clone(),
        limits: config.limits.clone(),
        tasks: order.hub.tasks.clone(),
    };
    let bench = Bench::start(making, order.state.owner, (token, pass)).await.map_err(|error| {
        let why = error.to_string();
        match error {
            LendError::NotOffered(_) | LendError::NoNetworkRules { .. } => Fault::Lasting { why },
            LendError::ShuttingDown
            | LendError::QueueFull(_)
            | LendError::Start(_)
            | LendError::Store(_) => Fault::Passing { why },
        }
    })?;
    order.hub.restore_files(order.record.id, &bench).await;
    Ok(Arc::new(bench))
}

/// What of the preparation is not as people may expect.
async fn warning(order: &Preparing, survey: &Survey, bench: &Bench) -> Option<String> {
    let mut warnings = Vec::new();
    if survey.has_submodules {
        warnings.push("its submodules are empty in the checkout".to_owned());
    }
    if survey.uses_lfs {
        warnings.push("large files (LFS) are pointers in the checkout".to_owned());
    }
    if order.task.phase() == Phase::Executing {
        warnings.extend(run_script(order, bench).await);
    }
    (!warnings.is_empty()).then(|| warnings.join("; "))
}

/// What the repository says to agents. Their program does not read it by itself: settings of a repository are not
/// obeyed.
async fn guidance(ground: &Ground, commit: &CommitId, survey: &Survey) -> Vec<ContextFile> {
    let mut files = Vec::new();
    for path in &survey.guidance {
        if let Ok(Some(file)) = ground.mirror.read(commit, path, MAX_GUIDANCE).await {
            files.push(ContextFile::parse(file.text()));
        }
    }
    files
}

/// Runs the repository's script, and says so if it failed, which stops nothing.
async fn run_script(order: &Preparing, bench: &Bench) -> Option<String> {
    let mut argv = vec!["/bin/sh", "-c", RUN_SCRIPT, "pre-execution"];
    argv.extend(SCRIPTS);
    let program = Program {
        cwd: bench.directory(),
        env: bench.environment(),
        timeout: Some(SCRIPT_TIME),
        output_limit: u64::MAX,
        ..Program::new(argv)
    };
    let said = match bench.run(program).await {
        Ok(said) => said,
        Err(error) => return Some(format!("the pre-execution script could not be run: {error}")),
    };
    if said.end == End::Code(NO_SCRIPT) {
        return None;
    }
    let text = said.text();
    let (path, output) = text.split_once('\n').unwrap_or((text.as_str(), ""));
    let passed = said.end == End::Code(0);
    let note = Note::Script { path: path.to_owned(), output: output.to_owned(), passed };
    let fact = Fact::Noted { fence: order.fence, note };
    order.tell.send((order.fence, Heard::Fact(fact))).await.ok();
    let how = match said.end {
        End::Code(0) => return None,
        End::Code(code) => format!("failed with code {code}"),
        End::Signal(signal) => format!("was ended by signal {signal}"),
        End::TimedOut => format!("took longer than {} s", SCRIPT_TIME.as_secs()),
        End::Lost => "was lost".to_owned(),
    };
    Some(format!("the pre-execution script {how}"))
}
