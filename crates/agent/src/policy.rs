//! Which tools an agent may use: a pure decision about each call, made for every call.
//!
//! ```text
//!  call ─▶ our own rules ─▶ deny-list ─▶ allow-list, only reads ─▶ a person, or no
//!          git, planning    of phase     of phase, remembered      `unlisted`
//!            │ Deny           │ Deny        │ Allow                  Ask | Deny
//! ```
//!
//! Shell commands are parsed ([`shell`]) and seen through the programs that start others ([`examine`]).
//! What is not understood is never allowed by a pattern. It is no wall: a script of the repository may call
//! git as well. The wall is that a sandbox has no credentials to push with, and that the platform puts
//! `HEAD` back.

mod call;
mod decision;
mod examine;
mod git;
mod pattern;
mod programs;
mod reading;
mod shell;

use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

pub use call::ToolCall;
pub use decision::{Decision, Rule};
pub use pattern::{Pattern, PatternError, PatternProblem};

use examine::Examined;
use pattern::Match;
use shell::{Command, Word};

/// What an agent is doing: finding out and proposing, or carrying out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reads.
    Planning,
    /// Writes too.
    Executing,
}

/// What happens to a call that no pattern names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unlisted {
    #[default]
    Ask,
    Deny,
}

/// The lists of one phase. Allowing comes first, and denying takes away from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lists {
    pub allow: Vec<Pattern>,
    pub deny: Vec<Pattern>,
    pub unlisted: Unlisted,
}

/// The rules of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolPolicy {
    pub planning: Lists,
    pub executing: Lists,
    /// What people allowed for the rest of the session.
    #[serde(default)]
    remembered: Vec<Pattern>,
    /// Where a harness keeps the plan that it will propose: the one place that is written while planning.
    #[serde(default)]
    plans: Option<String>,
}

/// Tools that read files of the checkout, or do nothing outside the conversation.
const READING_TOOLS: &[&str] =
    &["Read", "Grep", "Glob", "LS", "Task", "TaskStop", "TodoWrite", "ToolSearch", "BashOutput"];

/// Tools that write files.
const WRITING_TOOLS: &[&str] = &["Write", "Edit", "MultiEdit", "NotebookEdit"];

/// Tools that make branches and checkouts by themselves.
const GIT_TOOLS: &[&str] = &["EnterWorktree", "ExitWorktree"];

/// Tools that a person or the platform answers.
const CONVERSATION_TOOLS: &[&str] = &[
    "AskUserQuestion",
    "EnterPlanMode",
    "ExitPlanMode",
    "mcp__runbook__ask_user",
    "mcp__runbook__note_learning",
    "mcp__runbook__report_progress",
    "mcp__runbook__submit_plan",
];

impl Default for ToolPolicy {
    /// Reading is allowed, writing files in the checkout too while executing, and for the rest a person is
    /// asked.
    fn default() -> Self {
        let patterns = |names: &[&[&str]]| {
            let parse = |it: &&str| it.parse().expect("the names of tools are patterns");
            names.concat().iter().map(parse).collect()
        };
        let lists = |allow| Lists { allow, ..Lists::default() };
        Self {
            planning: lists(patterns(&[READING_TOOLS])),
            executing: lists(patterns(&[READING_TOOLS, WRITING_TOOLS])),
            remembered: Vec::new(),
            plans: None,
        }
    }
}

impl ToolPolicy {
    #[must_use]
    pub fn new(planning: Lists, executing: Lists) -> Self {
        Self { planning, executing, remembered: Vec::new(), plans: None }
    }

    /// Lets a harness write its plan into this directory, and nothing else, while planning.
    #[must_use]
    pub fn with_plans(self, directory: &str) -> Self {
        Self { plans: Some(directory.to_owned()), ..self }
    }

    /// Allows for the rest of the session what a person was shown, as [`Decision::Ask`] offered it.
    pub fn remember(&mut self, pattern: Pattern) {
        if !self.remembered.contains(&pattern) {
            self.remembered.push(pattern);
        }
    }

    /// Decides about one call.
    #[must_use]
    pub fn decide(&self, phase: Phase, call: &ToolCall) -> Decision {
        let lists = match phase {
            Phase::Planning => &self.planning,
            Phase::Executing => &self.executing,
        };
        let judge = Judge { policy: self, phase, lists, call };
        match call.command() {
            Some(command) => judge.command(&examine::examine(command)),
            None => judge.tool(),
        }
    }
}

struct Judge<'a> {
    policy: &'a ToolPolicy,
    phase: Phase,
    lists: &'a Lists,
    call: &'a ToolCall,
}

impl Judge<'_> {
    /// A tool that is given no command.
    fn tool(&self) -> Decision {
        let name = self.call.name.as_str();
        if GIT_TOOLS.contains(&name) {
            return git_is_ours(&format!("{name} makes a branch"));
        }
        if WRITING_TOOLS.contains(&name)
            && let Some(refusal) = self.writing()
        {
            return refusal;
        }
        if let Some(pattern) = self.lists.deny.iter().find(|it| it.covers_call(self.call)) {
            return denied(pattern);
        }
        if CONVERSATION_TOOLS.contains(&name) || self.is_plan() {
            return Decision::Allow { rule: Rule::Conversation };
        }
        self.whole_call().unwrap_or_else(|| self.unlisted(format!("no pattern allows {name}")))
    }

    fn writing(&self) -> Option<Decision> {
        let path = self.call.path().unwrap_or_default();
        if is_gits_own(path) {
            return Some(git_is_ours(&format!("{path} is git's own file")));
        }
        let is_planning = self.phase == Phase::Planning && !self.is_plan();
        is_planning.then(|| planning_reads(&format!("{} writes {path}", self.call.name)))
    }

    /// Whether the call writes a plan where the harness keeps them.
    fn is_plan(&self) -> bool {
        let Some(plans) = &self.policy.plans else { return false };
        let path = Path::new(self.call.path().unwrap_or_default());
        let is_plain = path.components().all(|it| !matches!(it, Component::ParentDir));
        WRITING_TOOLS.contains(&self.call.name.as_str())
            && is_plain
            && path.parent() == Some(Path::new(plans))
    }

    /// A call that is given a shell command.
    fn command(&self, examined: &Examined) -> Decision {
        if let Some(decision) = self.own_rules(examined) {
            return decision;
        }
        let commands = || {
            let own = examined.commands.iter().map(|it| &it.words);
            own.chain(&examined.started).filter(|it| !it.is_empty())
        };
        let mut perhaps = None;
        for pattern in &self.lists.deny {
            for words in commands() {
                match pattern.covers_command(self.call, &by_base_name(words)) {
                    Match::Yes => return denied(pattern),
                    Match::Perhaps => perhaps = Some(pattern),
                    Match::No => {}
                }
            }
            if pattern.covers_call(self.call) {
                return denied(pattern);
            }
        }
        if let Some(unseen) = examined.unseen {
            return self.unlisted(format!("what the command does cannot be seen: {}", unseen.0));
        }
        if let Some(pattern) = perhaps {
            return self.unlisted(format!("the command may be what {pattern} denies"));
        }
        if examined.commands.is_empty() {
            return self.unlisted("there is no command".to_owned());
        }
        self.whole_call()
            .or_else(|| self.each_command(&examined.commands))
            .unwrap_or_else(|| self.unlisted("no pattern allows all of the command".to_owned()))
    }

    /// What no list can lift.
    fn own_rules(&self, examined: &Examined) -> Option<Decision> {
        if let Some(why) = &examined.git {
            return Some(git_is_ours(why));
        }
        let mut written = examined.writes.iter().filter(|it| !reading::is_discarded(it));
        if let Some(path) = written.clone().filter_map(Word::literal).find(|it| is_gits_own(it)) {
            return Some(git_is_ours(&format!("{path} is git's own file")));
        }
        let target = written.next().filter(|_| self.phase == Phase::Planning)?;
        let file = target.literal().unwrap_or("a file");
        Some(planning_reads(&format!("the command writes {file}")))
    }

    /// A pattern that covers all of the call.
    fn whole_call(&self) -> Option<Decision> {
        let covers = |it: &&Pattern| it.covers_call(self.call);
        let listed = self.lists.allow.iter().find(covers).cloned().map(Rule::Listed);
        let remembered =
            || self.policy.remembered.iter().find(covers).cloned().map(Rule::Remembered);
        Some(Decision::Allow { rule: listed.or_else(remembered)? })
    }

    /// Allows a call each of whose commands is allowed. The rule is that of the first that needed one.
    fn each_command(&self, commands: &[Command]) -> Option<Decision> {
        let mut rule = Rule::OnlyReads;
        for command in commands {
            if reading::only_reads(command) {
                continue;
            }
            let is_plain = command.assignments.is_empty() && reading::writes_nothing(command);
            let covers = |it: &&Pattern| it.covers_command(self.call, &command.words) == Match::Yes;
            let pattern = self.lists.allow.iter().find(covers).filter(|_| is_plain)?;
            if rule == Rule::OnlyReads {
                rule = Rule::Listed(pattern.clone());
            }
        }
        Some(Decision::Allow { rule })
    }

    fn unlisted(&self, why: String) -> Decision {
        match self.lists.unlisted {
            Unlisted::Ask => Decision::Ask { why, remember: self.rememberable() },
            Unlisted::Deny => Decision::Deny { rule: Rule::Unlisted, why },
        }
    }

    /// What may be remembered covers what was shown and no more; so not a command that may become another.
    fn rememberable(&self) -> Option<Pattern> {
        let seen = self.call.command().is_none_or(|it| {
            let examined = examine::examine(it);
            let mut words = examined.commands.iter().flat_map(|it| &it.words);
            examined.unseen.is_none() && words.all(|it| it.literal().is_some())
        });
        seen.then(|| Pattern::only(self.call)).flatten()
    }
}

/// The command with its program's path left out, for `/bin/rm` is `rm` to whom it is denied.
fn by_base_name(words: &[Word]) -> Vec<Word> {
    let mut words = words.to_vec();
    if let Some(Word::Literal(program)) = words.first_mut() {
        *program = programs::base_name(program).to_owned();
    }
    words
}

/// Whether a path leads into git's directory, where hooks and configuration name programs.
fn is_gits_own(path: &str) -> bool {
    Path::new(path).components().any(|it| it.as_os_str().eq_ignore_ascii_case(".git"))
}

fn git_is_ours(why: &str) -> Decision {
    let why = format!("{why}, and the platform alone commits, pushes and changes branches");
    Decision::Deny { rule: Rule::GitIsOurs, why }
}

fn planning_reads(why: &str) -> Decision {
    let why = format!("{why}, and nothing is changed while planning");
    Decision::Deny { rule: Rule::PlanningReads, why }
}

fn denied(pattern: &Pattern) -> Decision {
    let why = format!("the pattern {pattern} denies it");
    Decision::Deny { rule: Rule::Listed(pattern.clone()), why }
}

#[cfg(test)]
mod tests;
