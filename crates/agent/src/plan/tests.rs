use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const PLAN: &str = "\
# Rate limits

Callers wait their turn.

## Step 1: Count requests

Use the store.

### 1.1 Add the counter

Per user.

```bash {check}
cargo test counter
```

### 1.2 Expose it

## Step 2: Refuse

Answer 429.

```bash {check name=refusal timeout=30s}
cargo test refusal
```

## Validation

Try it.
";

fn number(text: &str) -> StepNumber {
    text.parse().unwrap()
}

fn kept(numbers: &[&str]) -> BTreeSet<StepNumber> {
    numbers.iter().map(|it| number(it)).collect()
}

fn plan(text: &str) -> Plan {
    Plan::valid(text).unwrap()
}

/// The steps of a plan in one line each: number, title, checks.
fn shown(plan: &Plan) -> String {
    let steps =
        plan.steps().iter().map(|it| format!("{} {} {}", it.number, it.title, it.checks.len()));
    steps.collect::<Vec<_>>().join(", ")
}

/// `line:column code` of all that is wrong with a text.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let (plan, diagnostics) = Plan::parse(text);
    assert_eq!(plan.text(), text);
    let found: Vec<_> =
        diagnostics.iter().map(|it| format!("{}:{} {}", it.line, it.column, it.code)).collect();
    assert_eq!(found, expected, "{diagnostics:#?}");
}

#[test]
fn a_plan_is_read_into_its_steps() {
    let plan = plan(PLAN);
    assert_eq!(plan.title(), Some("Rate limits"));
    assert_eq!(
        shown(&plan),
        "1 Count requests 0, 1.1 Add the counter 1, 1.2 Expose it 0, 2 Refuse 1"
    );
    let leaves: Vec<_> = plan.leaves().map(|it| it.number.to_string()).collect();
    assert_eq!(leaves, ["1.1", "1.2", "2"]);
    let leaves: Vec<_> = plan.leaves_of(&number("1")).map(|it| it.number.to_string()).collect();
    assert_eq!(leaves, ["1.1", "1.2"]);
}

#[test]
fn text_belongs_to_the_innermost_step_and_the_rest_is_context() {
    let plan = plan(PLAN);
    let body = |it: &str| plan.body(plan.step(&number(it)).unwrap()).trim().to_owned();
    assert_eq!(body("1"), "Use the store.");
    assert!(body("1.1").starts_with("Per user.") && body("1.1").ends_with("```"));
    assert_eq!(body("1.2"), "");
    assert_eq!(
        plan.context(),
        "# Rate limits\n\nCallers wait their turn.\n\n## Validation\n\nTry it.\n"
    );
}

#[test]
fn a_step_goes_on_after_a_smaller_heading_and_after_the_steps_within_it() {
    let plan = plan("## 1. A\n#### 1.1 B\nb\n### Notes\nof a\n#### More\nof a\n## End\nof all\n");
    let body = |it: &str| plan.body(plan.step(&number(it)).unwrap());
    assert_eq!(body("1.1"), "b\n");
    assert_eq!(body("1"), "### Notes\nof a\n#### More\nof a\n");
    assert_eq!(plan.context(), "## End\nof all\n");
}

#[test]
fn a_check_says_what_to_run() {
    let plan = plan(PLAN);
    let check = &plan.step(&number("2")).unwrap().checks[0];
    assert_eq!(check.name.as_deref(), Some("refusal"));
    assert_eq!((check.line, check.code.as_str()), (23, "cargo test refusal\n"));
    assert_eq!(check.timeout, Some(std::time::Duration::from_secs(30)));
}

#[test]
fn numbers_are_contiguous_and_unique() {
    check("## 2. A\n", &["1:4 step-order"]);
    check("## 1. A\n## 3. B\n## 4. C\n", &["2:4 step-order"]);
    check("## 1. A\n### 1.2 B\n", &["2:5 step-order"]);
    check("## 1. A\n### 1.1.1 B\n", &["2:5 step-order"]);
    check("## 1. A\n### 2.1 B\n", &["2:5 step-order"]);
    check("## Step 1: A\n## Step 1: B\n", &["2:9 step-order", "2:9 duplicate-step"]);
    let (_, diagnostics) = Plan::parse("## 1. A\n## 3. B\n");
    assert_eq!(diagnostics[0].message, "step 3 follows step 1; number it 2");
}

#[test]
fn titles_are_unique_in_any_case() {
    check("## 1. Add tests\n## 2. add Tests\n", &["2:4 duplicate-title"]);
    check("## 1.\n## 2.\n", &["1:4 untitled-step", "2:4 untitled-step"]);
}

#[test]
fn what_is_no_plan_says_so() {
    check("", &["1:1 no-steps"]);
    check("Just words.\n", &["1:1 no-steps"]);
    check("> ## Step 1: quoted\n\n- # Step 2\n\n```\n## Step 3: code\n```\n", &["1:1 no-steps"]);
    check("## Step 1: A\n## Step 0: B\n", &["2:9 step-number"]);
    check("## Step 1: A\n```bash\necho\n", &["2:1 unterminated-fence"]);
    check(&"x".repeat(MAX_PLAN_BYTES + 1), &["1:1 too-large"]);
}

#[test]
fn a_check_needs_a_step_and_a_runtime() {
    check("```bash {check}\ntrue\n```\n\n## 1. A\n", &["1:1 check-without-step"]);
    check("## 1. A\n```text {check}\ntrue\n```\n", &["2:1 check-never-runs"]);
    check("## 1. A\n```bash {check=false}\ntrue\n```\n", &[]);
}

#[test]
fn what_a_reader_does_not_see_is_reported() {
    check("## 1. A\nx<!-- y -->\n", &["2:2 hidden-comment"]);
    check("## 1. A\nx\u{202e}\n", &["2:2 hidden-character"]);
    // The text from which fuzzing made one step twice.
    check("## 1. A\r\r# B\n", &["1:8 lone-return"]);
    assert_eq!(Plan::parse("## 1. A\r\r# B\n").0.steps().len(), 1);
    check("## 1. A\n\n[//]: # \"y\"\n", &["3:1 hidden-definition"]);
    check("## 1. A\nx\0\n", &["2:2 nul-byte"]);
}

#[test]
fn hundreds_of_steps_are_fine_and_too_many_are_not() {
    let steps =
        |count: usize| (1..=count).map(|it| format!("## {it}. T{it}\n")).collect::<String>();
    assert_eq!(plan(&steps(MAX_STEPS)).steps().len(), MAX_STEPS);
    let nested = |it: usize| format!("### 1.{it} T{it}\n");
    let text = format!("## 1. A\n{}", (1..=MAX_STEPS).map(nested).collect::<String>());
    check(&text, &["1001:5 too-many-steps"]);
}

#[test]
fn a_hostile_text_gets_a_bounded_answer() {
    for line in [
        "# 1.\n",
        "## Step 0\n",
        "# 1. A\n### Notes\n",
        "<!-- x -->\n\n",
        "```bash {check}\n```\n",
        "\u{202e}",
    ] {
        let (_, diagnostics) = Plan::parse(line.repeat(MAX_PLAN_BYTES / 8 / line.len()));
        assert!((1..=200).contains(&diagnostics.len()), "{line}");
    }
    let (_, diagnostics) = Plan::parse(">".repeat(MAX_PLAN_BYTES));
    assert!(diagnostics.iter().any(|it| it.code == "too-deep"));
}

#[test]
fn a_step_is_edited_by_itself() {
    let edited = plan(PLAN).edit_step(&number("1.1"), "Count\n\nPer token.\n", &kept(&[])).unwrap();
    let expected = PLAN.replace(
        "### 1.1 Add the counter\n\nPer user.\n\n```bash {check}\ncargo test counter\n```\n",
        "### 1.1: Count\n\nPer token.\n",
    );
    assert_eq!(edited.text(), expected);
    let edited = edited.edit_step(&number("2"), "## Step 2: Say no", &kept(&["1.1"])).unwrap();
    assert_eq!(shown(&edited), "1 Count requests 0, 1.1 Count 0, 1.2 Expose it 0, 2 Say no 0");
}

#[test]
fn an_edited_step_keeps_the_line_endings_of_its_plan() {
    let edited = plan("## 1. A\r\nx\r\n").edit_step(&number("1"), "B\ny\nz", &kept(&[])).unwrap();
    assert_eq!(edited.text(), "## 1: B\r\n\r\ny\r\nz\r\n");
}

#[test]
fn an_edit_of_one_step_reaches_no_other() {
    let plan = plan(PLAN);
    let edit = |text: &str| plan.edit_step(&number("1.2"), text, &kept(&[])).unwrap_err();
    assert_eq!(edit(""), EditError::NoTitle);
    assert_eq!(edit("A\n#### 1.2.1 Within"), EditError::ReachesOut { number: number("1.2") });
    assert_eq!(edit("A\n```bash"), EditError::ReachesOut { number: number("1.2") });
    assert!(matches!(edit("A\n## 7. Elsewhere"), EditError::Invalid(_)));
    assert!(matches!(edit("Refuse"), EditError::Invalid(_)));
}

#[test]
fn what_has_been_carried_out_stays() {
    let plan = plan(PLAN);
    let kept = kept(&["1.1"]);
    let error = EditError::Kept { number: number("1.1") };
    assert_eq!(plan.edit_step(&number("1.1"), "X", &kept), Err(error.clone()));
    assert_eq!(plan.delete_step(&number("1.1"), &kept), Err(error.clone()));
    assert_eq!(plan.delete_step(&number("1"), &kept), Err(error.clone()));
    assert_eq!(plan.replace("## 1. Other\n", &kept), Err(error.clone()));
    assert_eq!(plan.replace(PLAN.replace("Per user.", "Per host."), &kept), Err(error));
    assert!(plan.replace(PLAN.replace("Answer 429.", "Answer 503."), &kept).is_ok());
    assert!(plan.replace(PLAN.replace("Callers wait", "They wait"), &kept).is_ok());
}

#[test]
fn deleting_a_step_renumbers_those_after_it() {
    let deleted = plan(PLAN).delete_step(&number("1.1"), &kept(&[])).unwrap();
    assert_eq!(shown(&deleted), "1 Count requests 0, 1.1 Expose it 0, 2 Refuse 1");
    let deleted = plan(PLAN).delete_step(&number("1"), &kept(&[])).unwrap();
    assert_eq!(shown(&deleted), "1 Refuse 1");
    assert!(
        deleted
            .text()
            .starts_with("# Rate limits\n\nCallers wait their turn.\n\n## Step 1: Refuse\n")
    );
    assert!(matches!(deleted.delete_step(&number("1"), &kept(&[])), Err(EditError::Invalid(_))));
}

#[test]
fn a_step_is_not_deleted_under_one_that_has_been_carried_out() {
    let error = plan(PLAN).delete_step(&number("1"), &kept(&["2"])).unwrap_err();
    assert_eq!(error, EditError::Renumbers { number: number("1"), kept: number("2") });
}

#[test]
fn no_step_is_put_before_one_that_has_been_carried_out() {
    let text = PLAN.replace("## Step 2", "### 1.3 Late\n## Step 2");
    assert!(plan(PLAN).replace(&*text, &kept(&["1.1", "1.2"])).is_ok());
    let error = plan(PLAN).replace(text, &kept(&["1.1", "1.2", "2"])).unwrap_err();
    assert_eq!(error, EditError::Before { number: number("1.3"), kept: number("2") });
}

const PIECES: &[&str] = &[
    "# ",
    "## ",
    "### ",
    "Step ",
    "1",
    "2",
    "1.1",
    "1.2",
    ".",
    ": ",
    " A",
    " B",
    " C",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "```bash {check}\n",
    "```",
    "~~~",
    "> ",
    "- ",
    "<!--",
    "-->",
    "\0",
    "---\n",
    "title: x\n",
    "ü",
    "\u{feff}",
    "    ",
    "[a]: # 'x'\n",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..60).prop_map(|it| it.concat())
}

/// Plans with up to six steps of two levels, each with a body of pieces.
fn valid_plan() -> impl Strategy<Value = String> {
    let step =
        (0..2_u8, prop::sample::select(&["x\n", "", "### Notes\ny\n", "```\n## 9. z\n```\n"][..]));
    prop::collection::vec(step, 1..7).prop_map(|steps| {
        let (mut text, mut previous): (String, Option<StepNumber>) = ("# T\n".to_owned(), None);
        for (at, (deeper, body)) in steps.into_iter().enumerate() {
            let number = StepNumber::following(previous.as_ref(), usize::from(deeper) + 1);
            let marks = "#".repeat(number.depth() + 1);
            text += &[&marks, " ", &number.to_string(), ". Title ", &at.to_string(), "\n", body]
                .concat();
            previous = Some(number);
        }
        text
    })
}

proptest! {
    #[test]
    fn any_text_is_read_and_kept(text in text()) {
        let (plan, diagnostics) = Plan::parse(text.clone());
        prop_assert_eq!(plan.text(), &text);
        for it in &diagnostics {
            prop_assert!(text.get(it.span.clone()).is_some());
        }
        let mut spans: Vec<_> = plan.prose.clone();
        for step in plan.steps() {
            prop_assert!(text.get(step.whole.clone()).is_some());
            spans.push(step.heading.clone());
            spans.extend(step.body.clone());
        }
        spans.sort_by_key(|it| it.start);
        // All text but the front matter is in exactly one place.
        prop_assert!(spans.windows(2).all(|it| it[0].end == it[1].start));
    }

    #[test]
    fn a_plan_without_a_step_is_valid_again(text in valid_plan(), at in 0..7_usize) {
        let plan = Plan::valid(text).unwrap();
        let step = &plan.steps()[at % plan.steps().len()];
        match plan.delete_step(&step.number, &BTreeSet::new()) {
            Ok(left) => prop_assert!(left.steps().len() < plan.steps().len()),
            Err(_) => prop_assert!(plan.steps().iter().all(|it| *it == *step || it.number.is_within(&step.number))),
        }
    }

    #[test]
    fn an_edit_touches_nothing_but_its_step(text in valid_plan(), at in 0..7_usize, new in text()) {
        let plan = Plan::valid(text).unwrap();
        let place = at % plan.steps().len();
        let step = &plan.steps()[place];
        let Ok(edited) = plan.edit_step(&step.number, &new, &BTreeSet::new()) else { return Ok(()) };
        for (at, (was, is)) in plan.steps().iter().zip(edited.steps()).enumerate() {
            if at != place {
                prop_assert!(was.is_same(is));
                let (was, is) = (plan.body(was), edited.body(is));
                prop_assert_eq!(was.trim(), is.trim());
            }
        }
    }
}
