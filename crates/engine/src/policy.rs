//! What an administrator lets jobs be: kinds of payloads, and programs by their arguments.
//!
//! It is asked when a job is submitted, and again before it starts: what was accepted under a wider policy
//! does not run under a narrower one.

use globset::{GlobBuilder, GlobMatcher};
use model::job::{CommandLine, JobPolicy, Order, Payload, ProgramPattern};
use store::StoreError;

use crate::Engine;

/// Where the policy is kept.
const SETTING: &str = "job_policy";

/// What stands for any number of further arguments, at the end of a pattern.
const REST: &str = "...";

/// Why a job may not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    #[error("the administrator does not allow jobs of a {kind} here; allowed are: {allowed}")]
    Payload { kind: &'static str, allowed: String },
    #[error(
        "the administrator allows only listed programs; send the command as a list of arguments"
    )]
    Shell,
    #[error("the administrator does not allow {argv:?} here")]
    Program { argv: Vec<String> },
}

/// Why a policy was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetPolicyError {
    #[error("{pattern:?} is no pattern: {reason}")]
    Pattern { pattern: String, reason: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// What jobs may be; everything until an administrator says otherwise.
    ///
    /// # Errors
    ///
    /// When the store fails, or holds what is no policy.
    pub async fn job_policy(&self) -> Result<JobPolicy, StoreError> {
        let Some(text) = self.0.store.reader().setting(SETTING).await? else {
            return Ok(JobPolicy::default());
        };
        // What cannot be read must not count as "everything".
        serde_json::from_str(&text)
            .map_err(|_| StoreError::Unreadable { column: "setting.job_policy", value: text })
    }

    /// Sets what jobs may be, from the next submission and the next start on.
    ///
    /// # Errors
    ///
    /// When a pattern is none, or the store fails.
    pub async fn set_job_policy(&self, policy: &JobPolicy) -> Result<(), SetPolicyError> {
        for program in policy.programs.iter().flatten() {
            for pattern in [&program.program].into_iter().chain(&program.args) {
                matcher(pattern).map_err(|reason| SetPolicyError::Pattern {
                    pattern: pattern.clone(),
                    reason,
                })?;
            }
        }
        let text = serde_json::to_string(policy).expect("a policy is always valid JSON");
        Ok(self.0.store.set_setting(SETTING, &text).await?)
    }
}

/// Whether a policy lets an order be.
///
/// # Errors
///
/// Returns [`NotAllowed`] if not.
pub fn check_policy(policy: &JobPolicy, order: &Order) -> Result<(), NotAllowed> {
    let kind = order.payload.kind();
    if let Some(payloads) = &policy.payloads
        && !payloads.contains(&kind)
    {
        let allowed: Vec<_> = payloads.iter().map(|it| it.name()).collect();
        return Err(NotAllowed::Payload { kind: kind.name(), allowed: allowed.join(", ") });
    }
    let (Some(programs), Payload::Command { command }) = (&policy.programs, &order.payload) else {
        return Ok(());
    };
    let CommandLine::Argv(argv) = command else { return Err(NotAllowed::Shell) };
    if programs.iter().any(|it| fits(it, argv)) {
        return Ok(());
    }
    Err(NotAllowed::Program { argv: argv.clone() })
}

fn fits(pattern: &ProgramPattern, argv: &[String]) -> bool {
    let Some((program, args)) = argv.split_first() else { return false };
    let (wanted, rest) = match pattern.args.split_last() {
        Some((last, wanted)) if last == REST => (wanted, true),
        _ => (pattern.args.as_slice(), false),
    };
    let enough = if rest { args.len() >= wanted.len() } else { args.len() == wanted.len() };
    let fits = |pattern: &String, text: &String| matcher(pattern).is_ok_and(|it| it.is_match(text));
    enough && fits(&pattern.program, program) && wanted.iter().zip(args).all(|it| fits(it.0, it.1))
}

/// `*` and `?` stand for any characters, a slash too: an argument is no path to us.
fn matcher(pattern: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(false).build();
    glob.map(|it| it.compile_matcher()).map_err(|error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use model::job::PayloadKind;

    use super::*;

    fn command(argv: &[&str]) -> Order {
        let argv = argv.iter().map(|it| (*it).to_owned()).collect();
        Order::new(None, Payload::Command { command: CommandLine::Argv(argv) })
    }

    fn pattern(program: &str, args: &[&str]) -> ProgramPattern {
        let args = args.iter().map(|it| (*it).to_owned()).collect();
        ProgramPattern { program: program.to_owned(), args }
    }

    #[test]
    fn everything_is_allowed_until_somebody_says_otherwise() {
        let shell = CommandLine::Shell("curl x | sh".to_owned());
        let order = Order::new(None, Payload::Command { command: shell });
        assert_eq!(check_policy(&JobPolicy::default(), &order), Ok(()));
    }

    #[test]
    fn only_listed_kinds_of_payloads_are_allowed() {
        let payloads = Some(vec![PayloadKind::Artifact, PayloadKind::Runbook]);
        let policy = JobPolicy { payloads, programs: None };
        let artifact = Payload::Artifact { artifact: "rba1.x.y".to_owned(), args: Vec::new() };
        assert_eq!(check_policy(&policy, &Order::new(Some("python"), artifact)), Ok(()));
        let refused = check_policy(&policy, &command(&["true"])).unwrap_err();
        let said = "the administrator does not allow jobs of a command here; allowed are: artifact, runbook";
        assert_eq!(refused.to_string(), said);
    }

    #[test]
    fn only_listed_programs_with_fitting_arguments_are_allowed() {
        let programs = Some(vec![
            pattern("python3", &["-m", "pytest", "tests/*"]),
            pattern("make", &["..."]),
            pattern("git", &["log", "..."]),
            pattern("true", &[]),
        ]);
        let policy = JobPolicy { payloads: None, programs };
        let allowed: [&[&str]; 6] = [
            &["python3", "-m", "pytest", "tests/a/b.py"],
            &["make"],
            &["make", "-j", "all"],
            &["git", "log"],
            &["git", "log", "--oneline"],
            &["true"],
        ];
        for argv in allowed {
            assert_eq!(check_policy(&policy, &command(argv)), Ok(()), "{argv:?}");
        }
        let refused: [&[&str]; 7] = [
            &["python3", "-c", "print(1)"],
            &["python3", "-m", "pytest"],
            &["python3", "-m", "pytest", "tests/a", "-p", "x"],
            &["/tmp/python3", "-m", "pytest", "tests/a"],
            &["git", "push"],
            &["true", "x"],
            &["sh", "-c", "make"],
        ];
        for argv in refused {
            assert!(check_policy(&policy, &command(argv)).is_err(), "{argv:?}");
        }
        let shell = CommandLine::Shell("make".to_owned());
        let order = Order::new(None, Payload::Command { command: shell });
        assert_eq!(check_policy(&policy, &order), Err(NotAllowed::Shell));
        // Other payloads are a matter of the other list.
        let code = Payload::Code { code: "1".to_owned(), args: Vec::new() };
        assert_eq!(check_policy(&policy, &Order::new(Some("python"), code)), Ok(()));
    }
}
