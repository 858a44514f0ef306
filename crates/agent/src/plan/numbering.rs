//! Whether the steps of a plan are numbered without gaps, and titled without doubles.

use std::collections::HashMap;

use super::{MAX_STEPS, Step, StepNumber, read::Report};

pub(super) fn check(steps: &[Step], report: &mut Report) {
    let Some(first) = steps.first() else {
        let message = "the plan has no step; write one as a heading, such as `## Step 1: Title`";
        return report.error("no-steps", 0..0, message.to_owned());
    };
    if let Some(step) = steps.get(MAX_STEPS) {
        let message = format!(
            "the plan has more than {MAX_STEPS} steps, and the rest is not read; make two plans of it"
        );
        report.error("too-many-steps", step.number_span.clone(), message);
    }
    order(first, None, report);
    for pair in steps.windows(2) {
        order(&pair[1], Some(&pair[0]), report);
    }
    unique(steps, report);
}

/// Goes on from what is written, so that one gap is one remark.
fn order(step: &Step, previous: Option<&Step>, report: &mut Report) {
    let wanted = StepNumber::following(previous.map(|it| &it.number), step.number.depth());
    if step.number == wanted {
        return;
    }
    let number = &step.number;
    let message = match previous {
        None => format!("the first step is numbered {number}; number it 1"),
        Some(previous) => {
            format!("step {number} follows step {}; number it {wanted}", previous.number)
        }
    };
    report.error("step-order", step.number_span.clone(), message);
}

fn unique(steps: &[Step], report: &mut Report) {
    let mut numbers: HashMap<&StepNumber, usize> = HashMap::new();
    let mut titles: HashMap<String, &Step> = HashMap::new();
    for step in steps {
        let line = *numbers.entry(&step.number).or_insert(step.line);
        if line != step.line {
            let message = format!("the step at line {line} has the number {} too", step.number);
            report.error("duplicate-step", step.number_span.clone(), message);
        }
        if step.title.is_empty() {
            let message =
                format!("step {} has no title; say in its heading what it does", step.number);
            report.warning("untitled-step", step.number_span.clone(), message);
            continue;
        }
        let first = *titles.entry(step.title.to_lowercase()).or_insert(step);
        if first.line != step.line {
            let message = format!(
                "step {} at line {} has the title `{}` too; give each step its own",
                first.number, first.line, step.title
            );
            report.error("duplicate-title", step.number_span.clone(), message);
        }
    }
}
