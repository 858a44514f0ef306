//! Nothing of the host but programs, and nothing that can be changed but the workspace.

use std::path::{Path, PathBuf};

use sandbox::{ExitStatus, Spec};

use super::{
    harness::{Cage, program},
    targets::{on_each, on_each_with_python},
};

#[tokio::test]
async fn files_of_the_host_are_not_there() {
    let never = ["/run/docker.sock", "/var/run/docker.sock", "/run/systemd", "/run/dbus"];
    // An image may have directories of these names, which are its own.
    let system = [
        "/etc/sudoers",
        "/etc/ssh",
        "/etc/ssl/private",
        "/root",
        "/home",
        "/var/lib",
        "/var/log",
        "/boot",
        "/mnt",
    ];
    on_each(Spec::default(), async |cage| {
        let of_an_image = cage.is_of_an_image();
        for path in never.into_iter().chain(system.into_iter().filter(|_| !of_an_image)) {
            let outcome = cage.run(&["/usr/bin/test", "-e", path]).await;
            assert_eq!(outcome.exit.status, ExitStatus::Code(1), "{path} is there");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_put_into_directories_of_the_host_is_not_found_inside() {
    let directories = ["/root", "/home", "/etc", "/var/lib", "/var/log", "/mnt", "/srv", "/opt"];
    let put = |it: &str| tempfile::Builder::new().prefix("runbook-isolation-").tempfile_in(it).ok();
    let files: Vec<_> = directories.into_iter().filter_map(put).collect();
    if files.is_empty() {
        eprintln!("skipped: who runs this may write to no directory of the host's system");
        return;
    }
    on_each(Spec::default(), async |cage| {
        for file in &files {
            let path = file.path().to_str().unwrap();
            let outcome = cage.run(&["/usr/bin/test", "-e", path]).await;
            assert_eq!(outcome.exit.status, ExitStatus::Code(1), "{path} is there");
        }
    })
    .await;
}

#[tokio::test]
async fn secrets_of_the_hosts_users_are_not_there() {
    on_each(Spec::default(), async |cage| {
        // An image has a list of its own, which no program may read either.
        let outcome =
            cage.bash("cat /etc/shadow /etc/gshadow /etc/ssl/private/* 2>/dev/null").await;
        assert_eq!(outcome.stdout, "");
    })
    .await;
}

#[tokio::test]
async fn a_file_of_the_engine_is_not_found_by_its_path() {
    let dir = tempfile::tempdir().unwrap();
    let secret = dir.path().join("secret");
    std::fs::write(&secret, "of the engine").unwrap();
    on_each(Spec::default(), async |cage| {
        for path in [secret.to_str().unwrap(), env!("CARGO_MANIFEST_DIR")] {
            let outcome = cage.run(&["/usr/bin/test", "-e", path]).await;
            assert_eq!(outcome.exit.status, ExitStatus::Code(1), "{path} is there");
        }
    })
    .await;
}

#[tokio::test]
async fn the_system_cannot_be_changed() {
    let code =
        "for path in ['/x', '/usr/x', '/usr/bin/x', '/etc/x', '/etc/passwd', '/dev/x', '/run/x',
             '/bin/bash', '/var/x', '/etc/ld.so.preload']: print(path, attempt(path, 'wb'))
print(call(os.chmod, '/usr/bin/env', 0o777))
print(call(os.unlink, '/etc/passwd'))
print(call(os.rename, '/etc', '/etc2'))";
    on_each_with_python(Spec::default(), async |cage| {
        for answer in cage.answers(code).await {
            let refused = ["EROFS", "EPERM", "EACCES"].iter().any(|it| answer.ends_with(it));
            assert!(refused, "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_running_interpreter_cannot_be_overwritten() {
    let code = "
path = os.readlink('/proc/self/exe')
held = os.open('/proc/self/exe', os.O_PATH)
print({attempt(it, 'r+b') for it in ['/proc/self/exe', path, f'/proc/self/fd/{held}']}
      <= {'EROFS', 'ETXTBSY', 'EACCES', 'EPERM'})";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["True"]);
    })
    .await;
}

#[tokio::test]
async fn the_program_of_the_guest_cannot_be_reached_or_overwritten() {
    let code = "print({call(os.open, '/proc/1/exe', flags) for flags in (0, 1, 2, os.O_PATH)} <= {'EACCES', 'EPERM'})";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["True"]);
    })
    .await;
}

#[tokio::test]
async fn the_workspace_and_its_aliases_can_be_written() {
    let code = "for path in ['/tmp/x', '/dev/shm/z', '/dev/null']:
    print(attempt(path, 'wb'))
os.mkdir('/tmp/d')
print(call(os.rename, '/tmp/x', '/tmp/d/x'))";
    on_each_with_python(Spec::default(), async |cage| {
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
    // What a kernel of its own says of itself is not the machine's.
    let of_the_host = std::fs::read_to_string("/proc/cmdline").unwrap_or_default();
    let code = "for path in ['kcore', 'kmsg', 'keys', 'kallsyms', 'timer_list', 'interrupts']:
    try: print(path, len(open('/proc/' + path, 'rb').read(10)))
    except OSError: print(path, 0)
try: print(open('/proc/cmdline').read().strip())
except OSError: print()
for path in ['sysrq-trigger', 'sys/kernel/core_pattern', 'sys/vm/drop_caches',
             'sys/kernel/hostname', 'sys/user/max_user_namespaces', 'sys/net/ipv4/ip_forward',
             'sys/kernel/modprobe', 'sys/fs/binfmt_misc/register', 'sys/kernel/ns_last_pid']:
    # Covered by /dev/null, where writing changes nothing, or refused.
    covered = os.path.exists('/proc/' + path) and os.stat('/proc/' + path).st_rdev == os.makedev(1, 3)
    print(path, 0 if covered or attempt('/proc/' + path, 'r+b') != 'ok' else 1)";
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.hides_names() {
            return;
        }
        let mut answers = cage.answers(code).await;
        let command_line = answers.remove(6);
        assert!(command_line.is_empty() || cage.kernel_of_its_own().is_some(), "{command_line}");
        assert_ne!(command_line.trim(), of_the_host.trim());
        for answer in answers {
            assert!(answer.ends_with(" 0"), "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_process_is_spared_when_memory_ends() {
    let code = "
def adjust():
    with open('/proc/self/oom_score_adj', 'w') as file: file.write('-1000')
print(call(adjust))";
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.shares_the_kernel() {
            return;
        }
        assert_eq!(cage.answers(code).await, ["EACCES"]);
    })
    .await;
}

#[tokio::test]
async fn the_devices_of_the_machine_in_sys_are_absent_or_read_only() {
    let code = "
found = [os.path.join(dir, file) for dir, _, files in os.walk('/sys') for file in files][:2000]
print([path for path in found if attempt(path, 'r+b') == 'ok'])";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["[]"]);
    })
    .await;
}

#[tokio::test]
async fn no_control_group_can_be_changed_or_release_an_agent() {
    let code = "
kinds = [line.split(' - ')[1].split(' ')[0] for line in open('/proc/self/mountinfo')]
groups = [it for it in open('/proc/self/mountinfo') if ' - cgroup' in it]
writable = []
for line in groups:
    path = line.split(' ')[4]
    for name in ['release_agent', 'notify_on_release', 'cgroup.procs', 'tasks', 'devices.allow']:
        if attempt(os.path.join(path, name), 'r+b') == 'ok': writable.append(name)
    if call(os.mkdir, os.path.join(path, 'x')) == 'ok': writable.append('x')
print(writable, call(os.mkdir, '/tmp/group'), system_call(MOUNT, 0, 0, 0, 0, 0))"
        .replace("MOUNT", &libc::SYS_mount.to_string());
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(&code).await, ["[] ok EPERM"]);
    })
    .await;
}

#[tokio::test]
async fn the_control_group_and_the_mounts_tell_nothing_of_the_host() {
    on_each(Spec::default(), async |cage| {
        if !cage.hides_names() {
            return;
        }
        let outcome =
            cage.bash("cat /proc/self/cgroup; cut -d' ' -f4,5 /proc/self/mountinfo").await;
        for line in outcome.stdout.lines() {
            assert!(!line.contains("runbook-"), "{line}");
            let ours = env!("CARGO_MANIFEST_DIR");
            assert!(!line.contains(ours) && !line.contains("/home/"), "{line}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_descriptor_leaks_into_a_program() {
    let code = "print(sorted(it for it in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + it)))";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["['0', '1', '2']"]);
    })
    .await;
}

#[tokio::test]
async fn no_descriptor_of_the_guest_is_a_way_to_start_elsewhere() {
    on_each(Spec::default(), async |cage| {
        let workspace = format!("{}\n", cage.sandbox.workspace());
        for number in 3..20 {
            let mut escape = program(&["/bin/pwd", "-P"]);
            escape.cwd = format!("/proc/self/fd/{number}");
            // The guest holds one directory open, which is the workspace.
            if let Ok(process) = cage.sandbox.run(escape).await {
                assert_eq!(super::harness::collect(process).await.stdout, workspace, "{number}");
            }
        }
        assert_eq!(cage.bash("pwd -P").await.stdout, workspace);
    })
    .await;
}

#[tokio::test]
async fn no_way_up_leads_out_of_the_root() {
    let code = "
root = os.stat('/')
for _ in range(100): os.chdir('..')
print(os.path.samestat(root, os.stat('.')), os.getcwd())
held = os.open('/tmp', 0)
for _ in range(100): held = os.open('..', 0, dir_fd=held) if _ == 0 else os.open('..', os.O_PATH, dir_fd=held)
print(os.path.samestat(root, os.fstat(held)))
print(os.path.samestat(root, os.stat('/proc/self/root')), os.path.samestat(root, os.stat('/proc/self/cwd')))";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["True /", "True", "True True"]);
    })
    .await;
}

#[tokio::test]
async fn devices_cannot_be_made() {
    // A disk, the memory, and the number that union file systems take for a deleted file.
    let code = "print(call(os.mknod, '/tmp/x', 0o60666, os.makedev(8, 0)))
print(call(os.mknod, '/tmp/y', 0o20666, os.makedev(1, 1)))
print(call(os.mknod, '/tmp/z', 0o20666, 0))
print(call(os.mkfifo, '/tmp/fifo'))";
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.shares_the_kernel() {
            return;
        }
        assert_eq!(cage.answers(code).await, ["EPERM", "EPERM", "EPERM", "ok"]);
    })
    .await;
}

#[tokio::test]
async fn there_are_no_devices_but_the_harmless_ones() {
    let code = "
import stat
usual = {'null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'console'}
found = set()
for dir, dirs, files in os.walk('/dev'):
    if '/pts' in dir: continue
    for name in files:
        mode = os.lstat(os.path.join(dir, name)).st_mode
        if stat.S_ISBLK(mode) or stat.S_ISCHR(mode): found.add(name)
print(found - usual, {'null', 'zero', 'full', 'random', 'urandom', 'tty'} - found)";
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.shares_the_kernel() {
            return;
        }
        assert_eq!(cage.answers(code).await, ["set() set()"]);
    })
    .await;
}

#[tokio::test]
async fn programs_with_setuid_stay_powerless() {
    // PR_GET_NO_NEW_PRIVS
    let code = "
quiet = libc.prctl(39, 0, 0, 0, 0) == 1
print(quiet or bool(os.statvfs('/usr').f_flag & os.ST_NOSUID), bool(os.statvfs('/tmp').f_flag & os.ST_NOSUID))
print({call(os.setuid, 0), call(os.setgid, 0), call(os.setgroups, [0])} <= {'EPERM', 'EINVAL'})
print(os.getresuid(), os.getresgid())";
    on_each_with_python(Spec::default(), async |cage| {
        let answers = cage.answers(code).await;
        // gVisor does not tell how a file system is mounted.
        let told =
            ["True True", if cage.kernel_of_its_own().is_some() { "True False" } else { "" }];
        assert!(told.contains(&&*answers[0]), "{answers:?}");
        assert_eq!(answers[1..], ["True", "(1000, 1000, 1000) (1000, 1000, 1000)"]);
    })
    .await;
}

#[tokio::test]
async fn files_of_users_on_the_host_belong_to_nobody_inside() {
    let code = "print({os.stat(it).st_uid for it in ('/usr', '/usr/bin/env')} <= {0, 65534}, os.access('/usr', os.W_OK))";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["True False"]);
    })
    .await;
}

#[tokio::test]
async fn a_library_put_before_a_program_changes_only_that_program() {
    on_each(Spec::default(), async |cage| {
        cage.bash("printf '#!/bin/sh\\necho false friend\\n' > /tmp/env; chmod +x /tmp/env").await;
        let mut tricked = program(&["env"]);
        tricked.env = vec![
            ("PATH".to_owned(), "/tmp:/usr/bin".to_owned()),
            ("LD_PRELOAD".to_owned(), "/tmp/evil.so".to_owned()),
            ("LD_LIBRARY_PATH".to_owned(), "/tmp".to_owned()),
        ];
        let outcome = super::harness::collect(cage.sandbox.run(tricked).await.unwrap()).await;
        assert_eq!(outcome.stdout, "false friend\n", "its own PATH counts for itself");
        let next = cage.run(&["env"]).await;
        assert_eq!(next.stdout, "PATH=/usr/local/bin:/usr/bin:/bin\n");
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
    let Some(cage) = Cage::with(spec).await else { return };
    let file = toolchain.join("Cargo.toml");
    let shown = cage.run(&["/bin/cat", file.to_str().unwrap()]).await;
    assert_eq!(shown.stdout, std::fs::read_to_string(&file).unwrap());
    let new = toolchain.join("x");
    let touched = cage.run(&["/usr/bin/touch", new.to_str().unwrap()]).await;
    assert_ne!(touched.exit.status, ExitStatus::Code(0), "{touched:?}");
    assert!(!Path::new(&new).exists());
    let siblings = toolchain.parent().unwrap().to_str().unwrap().to_owned();
    let outcome = cage.run(&["/bin/ls", &siblings]).await;
    assert_eq!(outcome.stdout.lines().count(), 1, "only the way to it is shown: {outcome:?}");
}
