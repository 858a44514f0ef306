//! Any text as a plan: spans lie in it, steps are in order, and an edit changes no step but its own. Run it with
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run plan`.

#![no_main]

use std::collections::BTreeSet;

use agent::plan::{EditError, Plan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (plan, diagnostics) = Plan::parse(text);
    assert_eq!(plan.text(), text);
    for remark in &diagnostics {
        assert!(text.get(remark.span.clone()).is_some() && remark.line >= 1 && remark.column >= 1);
    }
    let mut end = 0;
    for step in plan.steps() {
        assert!(end <= step.heading.start && step.heading.end <= step.whole.end);
        assert!(text.get(step.whole.clone()).is_some());
        end = step.heading.end;
        drop(plan.body(step));
    }
    drop(plan.context());
    let Ok(plan) = Plan::valid(text) else { return };
    let numbers: BTreeSet<_> = plan.steps().iter().map(|it| it.number.clone()).collect();
    assert_eq!(numbers.len(), plan.steps().len());
    let Some(step) = plan.steps().first() else { return };
    let kept = BTreeSet::new();
    match plan.edit_step(&step.number, "Another title\n\nAnother body\n", &kept) {
        Ok(edited) => {
            assert_eq!(edited.steps().len(), plan.steps().len());
            for (is, was) in edited.steps().iter().zip(plan.steps()).skip(1) {
                assert!(is.is_same(was));
                assert_eq!(edited.body(is), plan.body(was));
            }
        }
        Err(EditError::Invalid(_) | EditError::ReachesOut { .. }) => {}
        Err(other) => panic!("{other}"),
    }
    assert!(plan.edit_step(&step.number, "Another title", &numbers).is_err());
});
