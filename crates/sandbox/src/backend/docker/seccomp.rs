//! The filter of system calls in the JSON form that container engines take, from the same table as
//! the one of our other sandboxes.
//!
//! One verdict differs: a number that is not in the table gets `EPERM` and not `ENOSYS`, unless it is
//! younger than every number in it, which is for the OCI runtime to notice. Docker 20.10 knows no other
//! default.

use std::sync::OnceLock;

use launcher::seccomp::{Call, Check, GROUPS, Verdict};
use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    default_action: &'static str,
    architectures: [&'static str; 1],
    syscalls: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    names: Vec<&'static str>,
    action: &'static str,
    /// What the call returns instead of `EPERM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    errno_ret: Option<i32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    args: Vec<Argument>,
}

/// The word of the argument that the mask leaves equals the second value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Argument {
    index: u8,
    value: u64,
    value_two: u64,
    op: &'static str,
}

const ALLOW: &str = "SCMP_ACT_ALLOW";
const REFUSE: &str = "SCMP_ACT_ERRNO";

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: &str = "SCMP_ARCH_X86_64";
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: &str = "SCMP_ARCH_AARCH64";

/// The whole profile, as a value of `--security-opt seccomp=`.
pub(super) fn profile() -> &'static str {
    static PROFILE: OnceLock<String> = OnceLock::new();
    PROFILE.get_or_init(|| serde_json::to_string(&build()).expect("names and numbers are JSON"))
}

fn build() -> Profile {
    let mut syscalls = Vec::new();
    for group in GROUPS {
        match group.verdict {
            // It is what happens to all others.
            Verdict::Refuse => {}
            Verdict::Allow => syscalls.extend(group.calls.iter().flat_map(allowed)),
            Verdict::Absent => syscalls.push(answered(group.calls, rustix::io::Errno::NOSYS)),
            Verdict::Pretend => {
                let mut rule = answered(group.calls, rustix::io::Errno::NOSYS);
                rule.errno_ret = Some(0);
                syscalls.push(rule);
            }
        }
    }
    Profile { default_action: REFUSE, architectures: [ARCHITECTURE], syscalls }
}

/// A rule for each way in which the call may be made.
fn allowed(call: &Call) -> Vec<Rule> {
    let rule = |args| Rule { names: vec![call.name], action: ALLOW, errno_ret: None, args };
    let alternatives = call.arguments.alternatives();
    if alternatives.is_empty() {
        return vec![rule(Vec::new())];
    }
    alternatives.iter().map(|checks| rule(checks.iter().map(argument).collect())).collect()
}

fn argument(check: &Check) -> Argument {
    Argument {
        index: check.argument,
        value: check.mask,
        value_two: check.value,
        op: "SCMP_CMP_MASKED_EQ",
    }
}

fn answered(calls: &[Call], errno: rustix::io::Errno) -> Rule {
    Rule {
        names: calls.iter().map(|it| it.name).collect(),
        action: REFUSE,
        errno_ret: Some(errno.raw_os_error()),
        args: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(name: &str) -> Vec<Rule> {
        build().syscalls.into_iter().filter(|it| it.names.contains(&name)).collect()
    }

    #[test]
    fn calls_known_from_escapes_are_left_to_the_refusal_of_all_others() {
        for name in ["mount", "ptrace", "bpf", "io_uring_setup", "keyctl", "unshare", "setns"] {
            assert!(rules(name).is_empty(), "{name}");
        }
        assert_eq!(build().default_action, REFUSE);
    }

    #[test]
    fn a_clone_is_allowed_only_without_new_namespaces() {
        let [rule] = &rules("clone")[..] else { panic!("one way to clone") };
        let [argument] = &rule.args[..] else { panic!("one argument") };
        let namespaces = 0x7e02_0000;
        assert_eq!((argument.index, argument.value_two), (0, 0));
        assert_eq!(argument.value & namespaces, namespaces);
    }

    #[test]
    fn the_young_clone_looks_absent_so_that_libraries_take_the_old_one() {
        let [rule] = &rules("clone3")[..] else { panic!("one rule") };
        assert_eq!((rule.action, rule.errno_ret), (REFUSE, Some(38)));
    }

    #[test]
    fn the_profile_is_json_in_the_engines_words() {
        let profile: serde_json::Value = serde_json::from_str(profile()).unwrap();
        assert_eq!(profile["defaultAction"], "SCMP_ACT_ERRNO");
        let all = profile["syscalls"].as_array().unwrap();
        let ioctl = all.iter().find(|it| it["names"][0] == "ioctl").unwrap();
        assert_eq!(ioctl["args"][0]["op"], "SCMP_CMP_MASKED_EQ");
        assert!(ioctl["args"][0]["valueTwo"].is_u64());
    }
}
