//! The filter of system calls in the JSON form that container engines take, from the same table as
//! the one of our other sandboxes.
//!
//! One verdict differs: a number that is not in the table gets `EPERM` and not `ENOSYS`, unless it is
//! younger than every number in it, which is for the OCI runtime to notice. Docker 20.10 knows no other
//! default.

use std::sync::LazyLock;

use launcher::seccomp::{Arguments, Call, Check, Files, GROUPS, Group, Verdict};
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
    names: [&'static str; 1],
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
pub(super) fn profile(files: Files) -> &'static str {
    static OWN: LazyLock<String> = LazyLock::new(|| json(Files::Own));
    static SHARED: LazyLock<String> = LazyLock::new(|| json(Files::Shared));
    match files {
        Files::Own => &OWN,
        Files::Shared => &SHARED,
    }
}

fn json(files: Files) -> String {
    serde_json::to_string(&build(files)).expect("names and numbers are JSON")
}

fn build(files: Files) -> Profile {
    let of_group = |group: &'static Group| {
        group.calls.iter().flat_map(move |call| rules(call, group.treatment(call, files)))
    };
    let syscalls = GROUPS.iter().flat_map(of_group).collect();
    Profile { default_action: REFUSE, architectures: [ARCHITECTURE], syscalls }
}

fn rules(call: &'static Call, treatment: (Verdict, Arguments)) -> Vec<Rule> {
    match treatment {
        // It is what happens to all others.
        (Verdict::Refuse, _) => Vec::new(),
        (Verdict::Allow, arguments) => allowed(call.name, &arguments),
        (Verdict::Absent, _) => vec![answered(call.name, rustix::io::Errno::NOSYS.raw_os_error())],
        (Verdict::Pretend, _) => vec![answered(call.name, 0)],
    }
}

/// A rule for each way in which the call may be made.
fn allowed(name: &'static str, arguments: &Arguments) -> Vec<Rule> {
    let rule = |args| Rule { names: [name], action: ALLOW, errno_ret: None, args };
    let alternatives = arguments.alternatives();
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

fn answered(name: &'static str, errno: i32) -> Rule {
    Rule { names: [name], action: REFUSE, errno_ret: Some(errno), args: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(name: &str) -> Vec<Rule> {
        rules_with(name, Files::Own)
    }

    fn rules_with(name: &str, files: Files) -> Vec<Rule> {
        build(files).syscalls.into_iter().filter(|it| it.names.contains(&name)).collect()
    }

    #[test]
    fn calls_known_from_escapes_are_left_to_the_refusal_of_all_others() {
        for name in ["mount", "ptrace", "bpf", "io_uring_setup", "keyctl", "unshare", "setns"] {
            assert!(rules(name).is_empty(), "{name}");
        }
        assert_eq!(build(Files::Own).default_action, REFUSE);
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
    fn where_the_host_is_written_no_file_is_marked_to_run_as_its_owner() {
        assert!(rules("fchmod").iter().all(|it| it.args.is_empty()));
        let [rule] = &rules_with("fchmod", Files::Shared)[..] else { panic!("one way") };
        let [argument] = &rule.args[..] else { panic!("one argument") };
        assert_eq!((argument.index, argument.value, argument.value_two), (1, 0o6000, 0));
        let [rule] = &rules_with("openat2", Files::Shared)[..] else { panic!("one rule") };
        assert_eq!(rule.errno_ret, Some(38));
    }

    #[test]
    fn the_profile_is_json_in_the_engines_words() {
        let profile: serde_json::Value = serde_json::from_str(profile(Files::Own)).unwrap();
        assert_eq!(profile["defaultAction"], "SCMP_ACT_ERRNO");
        let all = profile["syscalls"].as_array().unwrap();
        let ioctl = all.iter().find(|it| it["names"][0] == "ioctl").unwrap();
        assert_eq!(ioctl["args"][0]["op"], "SCMP_CMP_MASKED_EQ");
        assert!(ioctl["args"][0]["valueTwo"].is_u64());
    }
}
