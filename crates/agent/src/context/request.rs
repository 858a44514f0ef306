//! Titles and bodies of pull requests.

use std::collections::BTreeSet;

use crate::{
    plan::{Plan, Step, StepNumber},
    session::{Branch, PullMode, State, StepState},
    visible::{shaped, visible},
};

/// GitHub takes 256 characters and 65,536; others take more.
const MAX_TITLE_CHARS: usize = 200;
const MAX_BODY_BYTES: usize = 60 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestText {
    pub title: String,
    /// Markdown.
    pub body: String,
}

/// What a pull request is for.
#[derive(Clone, Copy, Debug)]
pub struct RequestOf<'r> {
    /// Where the steps are, if they are anywhere yet.
    pub branch: Option<&'r Branch>,
    pub steps: &'r BTreeSet<StepNumber>,
    /// Leads to the session.
    pub link: &'r str,
    /// Who had them carried out.
    pub by: &'r str,
    /// Comes first, where somebody wrote one.
    pub description: Option<&'r str>,
}

#[must_use]
pub fn request_text(state: &State, request: RequestOf<'_>) -> RequestText {
    let RequestOf { branch, steps, link, by, description } = request;
    let plan = state.plan.as_deref();
    let of_plan = plan.and_then(Plan::title).unwrap_or("Changes");
    let top = steps.first().map(StepNumber::top);
    let step = top.and_then(|it| plan?.step(&it));
    let title = match (state.settings.mode(), step) {
        (PullMode::Stacked | PullMode::Manual, Some(step)) if !step.title.is_empty() => &step.title,
        (PullMode::Stacked | PullMode::Manual | PullMode::Single, _) => of_plan,
    };
    let title: String = one_line(title).chars().take(MAX_TITLE_CHARS).collect();
    let shown: String =
        plan.iter().flat_map(|it| it.leaves()).map(|it| listed(state, it, steps)).collect();
    let asked: String = plan
        .iter()
        .flat_map(|plan| plan.steps().iter().map(move |it| (*plan, it)))
        .filter(|(_, step)| steps.contains(&step.number))
        .map(|(plan, step)| {
            format!("\n### {}\n\n{}\n", one_line(&step.label()), visible(&plan.body(step)).trim())
        })
        .collect();
    let description =
        description.map(|it| format!("{}\n\n", visible(it).trim())).unwrap_or_default();
    let of_plan = one_line(of_plan).replace(['[', ']'], "");
    let body = format!(
        "{description}From [{of_plan}]({link}), carried out for {}.\n\n## Steps\n\n{shown}\n## What was asked for\n{asked}",
        one_line(by)
    );
    let cut = body.floor_char_boundary(MAX_BODY_BYTES);
    RequestText {
        title: format!("{}{title}", state.title_prefix(branch)),
        body: body[..cut].to_owned(),
    }
}

/// `- [x] **1.1 Add the counter**`, bold where it is in this pull request.
fn listed(state: &State, step: &Step, here: &BTreeSet<StepNumber>) -> String {
    let is_here = here.contains(&step.number);
    let is_done = is_here || state.step_state(&step.number) == StepState::Completed;
    let mark = if is_done { 'x' } else { ' ' };
    let label = one_line(&format!("{} {}", step.number, step.title));
    let emphasis = if is_here { "**" } else { "" };
    format!("- [{mark}] {emphasis}{label}{emphasis}\n")
}

fn one_line(text: &str) -> String {
    shaped(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
