//! Nothing of the host but programs, and nothing that can be changed but the workspace.

use std::path::{Path, PathBuf};

use sandbox::{ExitStatus, Spec};

use sandbox::Spec;

use super::targets::{on_each, on_each_with_python};

#[tokio::test]
async fn files_of_the_host_are_not_there() {
    on_each(Spec::default(), async |cage| {
        for path in [
            "/etc/shadow",
            "/etc/sudoers",
            "/etc/ssh",
            "/etc/ssl/private",
            "/root",
            "/home",
            "/run/docker.sock",
            "/var/run/docker.sock",
            "/var/lib",
            "/var/log",
            "/sys",
            "/boot",
            "/mnt",
            "/dev/mem",
            "/dev/kmsg",
            "/dev/fuse",
            "/dev/kvm",
            "/dev/vda",
            "/dev/loop0",
        ] {
            let outcome = cage.run(&["/usr/bin/test", "-e", path]).await;
            assert_eq!(outcome.exit.status, ExitStatus::Code(1), "{path} is there");
        }
    })
    .await;
}

#[tokio::test]
async fn the_system_cannot_be_changed() {
    on_each_with_python(Spec::default(), async |cage| {
        let answers = cage
        .answers(
            "for path in ['/x', '/usr/x', '/usr/bin/x', '/etc/x', '/etc/passwd', '/dev/x', '/run/x',
             '/bin/bash', '/proc/self/exe', '/var/x']: print(path, attempt(path, 'wb'))
print(call(os.chmod, '/usr/bin/env', 0o777))
print(call(os.unlink, '/etc/passwd'))
print(call(os.rename, '/etc', '/etc2'))",
        )
        .await;
        for answer in answers {
            assert!(answer.ends_with("EROFS") || answer.ends_with("EPERM"), "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_workspace_and_its_aliases_can_be_written() {
    on_each_with_python(Spec::default(), async |cage| {
        let code = "for path in ['/tmp/x', '/var/tmp/y', '/dev/shm/z', '/dev/null']:
    print(attempt(path, 'wb'))";
        assert_eq!(cage.answers(code).await, ["ok"; 4]);
    })
    .await;
}

#[tokio::test]
async fn the_environment_of_the_server_stays_outside() {
    on_each(Spec::default(), async |cage| {
        let outcome = cage.run(&["/usr/bin/env"]).await;
        assert_eq!(outcome.stdout, "PATH=/usr/local/bin:/usr/bin:/bin\n");
    })
    .await;
}

#[tokio::test]
async fn kernel_controls_in_proc_are_masked() {
    on_each_with_python(Spec::default(), async |cage| {
    let answers = cage
        .answers(
            "for path in ['kcore', 'kmsg', 'keys', 'kallsyms', 'cmdline', 'timer_list']:
    try: print(path, len(open('/proc/' + path, 'rb').read(10)))
    except OSError: print(path, 0)
for path in ['sysrq-trigger', 'sys/kernel/core_pattern', 'sys/vm/drop_caches',
             'sys/kernel/hostname', 'sys/user/max_user_namespaces', 'sys/net/ipv4/ip_forward']:
    # Covered by /dev/null, where writing changes nothing, or refused.
    covered = os.path.exists('/proc/' + path) and os.stat('/proc/' + path).st_rdev == os.makedev(1, 3)
    print(path, 0 if covered or attempt('/proc/' + path, 'wb') != 'ok' else 1)
def adjust():
    with open('/proc/self/oom_score_adj', 'w') as file: file.write('-1000')
print(call(adjust))",
        )
        .await;
    let (last, masked) = answers.split_last().unwrap();
    assert_eq!(last, "EACCES");
    for answer in masked {
        assert!(answer.ends_with(" 0"), "{answer}");
    }
    })
    .await;
}

#[tokio::test]
async fn the_control_group_and_the_mounts_tell_nothing_of_the_host() {
    on_each(Spec::default(), async |cage| {
        let outcome =
            cage.bash("cat /proc/self/cgroup; cut -d' ' -f4,5 /proc/self/mountinfo").await;
        for line in outcome.stdout.lines() {
            assert!(!line.contains("runbook-"), "{line}");
            assert!(
                !line.contains(env!("CARGO_MANIFEST_DIR")) && !line.contains("/home/"),
                "{line}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn no_descriptor_leaks_into_a_program() {
    on_each_with_python(Spec::default(), async |cage| {
    let code = "print(sorted(it for it in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + it)))";
    assert_eq!(cage.answers(code).await, ["['0', '1', '2']"]);
    })
    .await;
}

#[tokio::test]
async fn devices_cannot_be_made() {
    on_each_with_python(Spec::default(), async |cage| {
        let code = "print(call(os.mknod, '/tmp/x', 0o60666, os.makedev(8, 0)))
print(call(os.mknod, '/tmp/y', 0o20666, os.makedev(1, 1)))";
        assert_eq!(cage.answers(code).await, ["EPERM", "EPERM"]);
    })
    .await;
}

#[tokio::test]
async fn programs_with_setuid_stay_powerless() {
    on_each_with_python(Spec::default(), async |cage| {
    let code = "print(bool(os.statvfs('/usr').f_flag & os.ST_NOSUID), bool(os.statvfs('/tmp').f_flag & os.ST_NOSUID))
print(call(os.setuid, 0), call(os.setgid, 0), call(os.setgroups, [0]))
print(os.getresuid(), os.getresgid())";
    assert_eq!(
        cage.answers(code).await,
        ["True True", "EINVAL EINVAL EPERM", "(1000, 1000, 1000) (1000, 1000, 1000)"]
    );
    })
    .await;
}

#[tokio::test]
async fn a_toolchain_is_shown_where_it_is_and_cannot_be_changed() {
    // Any directory outside /usr does.
    let toolchain = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    if !launcher::may_be_shown(&toolchain) || !toolchain.join("Cargo.toml").exists() {
        eprintln!("skipped: {} cannot be a toolchain here", toolchain.display());
        return;
    }
    let spec = Spec { toolchains: vec![toolchain.clone()], ..Spec::default() };
    on_each(spec, async |cage| {
        let file = toolchain.join("Cargo.toml");
        let shown = cage.run(&["/bin/cat", file.to_str().unwrap()]).await;
        assert_eq!(shown.stdout, std::fs::read_to_string(&file).unwrap());
        let new = toolchain.join("x");
        let touched = cage.run(&["/usr/bin/touch", new.to_str().unwrap()]).await;
        assert!(touched.stderr.contains("Read-only file system"), "{touched:?}");
        assert!(!Path::new(&new).exists());
        let siblings = toolchain.parent().unwrap().to_str().unwrap().to_owned();
        let outcome = cage.run(&["/bin/ls", &siblings]).await;
        assert_eq!(outcome.stdout.lines().count(), 1, "only the way to it is shown: {outcome:?}");
    })
    .await;
}
