//! The container of one sandbox, as it is ordered from the daemon.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigLogConfig, Mount, MountBindOptions,
    MountBindOptionsPropagationEnum, MountType, MountVolumeOptions, ResourcesUlimits,
    RestartPolicy, RestartPolicyNameEnum,
};
use launcher::{Access, Limits, seccomp::Files};

use super::{
    LABEL,
    facts::{Facts, Kind, label},
    network, seccomp,
    user::User,
};
use crate::backend::Spec;

/// The workspace, as programs see it.
pub const WORKSPACE: &str = "/tmp";

/// Where the guest's volume is mounted. A name that no image has a use for.
pub(super) const GUEST_DIRECTORY: &str = "/.runbook";
pub(super) const GUEST: &str = "/.runbook/guest";

/// Threads of gVisor's own that count against the container. A guess well above what worked with the runsc of 2022.
const THREADS_OF_GVISOR: u32 = 200;

/// What the guest needs for itself: each of its 256 programs takes up to three descriptors.
const OPEN_FILES: i64 = 4096;

/// `/dev/shm` beside the workspace; Docker's own default.
const SHARED_MEMORY: &str = "size=64m,nr_inodes=4096";

/// `/var/tmp`, which some tools write to whatever `TMPDIR` says. No part of the workspace.
const OTHER_TEMPORARY: &str = "size=16m,nr_inodes=1024";

/// Where the kernel tells more about the machine than a program needs: the daemon's own list, more of
/// `/proc`, and all of `/sys` but the control group that the guest reads.
const MASKED: [&str; 26] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/cmdline",
    "/proc/interrupts",
    "/proc/kallsyms",
    "/proc/kcore",
    "/proc/keys",
    "/proc/kmsg",
    "/proc/latency_stats",
    "/proc/scsi",
    "/proc/sched_debug",
    "/proc/sys/kernel/random/boot_id",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/block",
    "/sys/bus",
    "/sys/class",
    "/sys/dev",
    "/sys/devices",
    "/sys/firmware",
    "/sys/fs/bpf",
    "/sys/fs/ext4",
    "/sys/hypervisor",
    "/sys/kernel",
    "/sys/module",
    "/sys/power",
];
const READ_ONLY: [&str; 5] =
    ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// What a container is made from.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) spec: Spec,
    /// The image's id, so that a tag that moves meanwhile changes nothing.
    pub(super) image: String,
    pub(super) runtime: Option<String>,
    pub(super) user: User,
}

/// The whole order.
pub(super) fn body(order: &Order, facts: &Facts, owner: &str, volume: &str) -> ContainerCreateBody {
    let words = |it: &[&str]| Some(it.iter().map(|it| (*it).to_owned()).collect());
    ContainerCreateBody {
        image: Some(order.image.clone()),
        hostname: Some("sandbox".to_owned()),
        user: Some(format!("{}:{}", order.user.id, order.user.group)),
        working_dir: Some(WORKSPACE.to_owned()),
        entrypoint: words(&[GUEST]),
        cmd: words(&["--link", "0,1", "--workspace", WORKSPACE, "--memory-events", "find"]),
        labels: Some(label(LABEL, owner)),
        // The link: input that ends with the connection that is attached to it.
        open_stdin: Some(true),
        stdin_once: Some(true),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        tty: Some(false),
        // An image's own check would be a program beside ours.
        healthcheck: Some(HealthConfig { test: words(&["NONE"]), ..HealthConfig::default() }),
        host_config: Some(host_config(order, facts, volume)),
        ..ContainerCreateBody::default()
    }
}

fn host_config(order: &Order, facts: &Facts, volume: &str) -> HostConfig {
    let limits = &order.spec.limits;
    let strings = |it: &[&str]| Some(it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
    let memory = bounded(limits.memory_bytes);
    let shared = order.spec.network.is_shared();
    let mut security = vec!["no-new-privileges:true".to_owned()];
    if facts.seccomp {
        let shared = order.spec.writes_to_the_host();
        let files = if shared { Files::Shared } else { Files::Own };
        security.push(format!("seccomp={}", seccomp::profile(files)));
    }
    HostConfig {
        nano_cpus: Some(i64::from(limits.cpu_millis) * 1_000_000),
        memory: Some(memory),
        // Memory and swap together: none is left for swap.
        memory_swap: Some(memory),
        pids_limit: Some(tasks(limits, facts.kind(order.runtime.as_deref()))),
        // With none at all, a handler of crashes behind a pipe would be started on the daemon's machine;
        // a limit of one byte is what the kernel takes for "none, and no handler either".
        ulimits: Some(vec![ulimit("core", 1), ulimit("nofile", OPEN_FILES)]),
        readonly_rootfs: Some(true),
        tmpfs: Some(writable(limits, order.user)),
        mounts: Some(mounts(&order.spec, volume)),
        cap_drop: strings(&["ALL"]),
        security_opt: Some(security),
        masked_paths: strings(&MASKED),
        readonly_paths: strings(&READ_ONLY),
        // With `none` the daemon mounts no /dev/shm, and ours can have a bound of files too.
        ipc_mode: Some("none".to_owned()),
        network_mode: Some(if shared { network::NAME } else { "none" }.to_owned()),
        // Where the guest answers, if it was told to; a bridge has the daemon's.
        dns: (!shared).then(|| vec!["127.0.0.1".to_owned()]),
        sysctls: (!shared).then(|| label("net.ipv4.ip_unprivileged_port_start", "0")),
        runtime: order.runtime.clone(),
        init: Some(false),
        privileged: Some(false),
        publish_all_ports: Some(false),
        oom_kill_disable: Some(false),
        auto_remove: Some(true),
        restart_policy: Some(RestartPolicy {
            name: Some(RestartPolicyNameEnum::NO),
            maximum_retry_count: None,
        }),
        // The default driver would write every byte of the link to the daemon's disk.
        log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
        ..HostConfig::default()
    }
}

/// What the kernel counts: the programs, the guest, and what the runtime needs for itself.
fn tasks(limits: &Limits, kind: Kind) -> i64 {
    let runtime = match kind {
        Kind::Gvisor => THREADS_OF_GVISOR,
        Kind::SharedKernel | Kind::Virtual => 0,
    };
    i64::from(limits.processes) + i64::from(runtime) + 1
}

fn writable(limits: &Limits, user: User) -> HashMap<String, String> {
    let User { id, group } = user;
    // Its own root is one of the files that a tmpfs counts.
    let (bytes, files) = (limits.workspace_bytes, limits.workspace_inodes.saturating_add(1));
    let workspace = format!(
        "rw,exec,nosuid,nodev,size={bytes},nr_inodes={files},mode=0700,uid={id},gid={group}"
    );
    let shared_memory = format!("rw,noexec,nosuid,nodev,mode=1777,{SHARED_MEMORY}");
    let other = format!("rw,exec,nosuid,nodev,mode=1777,{OTHER_TEMPORARY}");
    HashMap::from([
        (WORKSPACE.to_owned(), workspace),
        ("/dev/shm".to_owned(), shared_memory),
        ("/var/tmp".to_owned(), other),
    ])
}

fn mounts(spec: &Spec, volume: &str) -> Vec<Mount> {
    let of_host = spec.mounts.iter().map(|it| {
        let path = it.source.to_string_lossy().into_owned();
        Mount {
            target: Some(path.clone()),
            source: Some(path),
            typ: Some(MountType::BIND),
            read_only: Some(it.access == Access::ReadOnly),
            bind_options: Some(MountBindOptions {
                propagation: Some(MountBindOptionsPropagationEnum::RPRIVATE),
                non_recursive: Some(true),
                ..MountBindOptions::default()
            }),
            ..Mount::default()
        }
    });
    [guest_mount(volume, Access::ReadOnly)].into_iter().chain(of_host).collect()
}

pub(super) fn guest_mount(volume: &str, access: Access) -> Mount {
    Mount {
        target: Some(GUEST_DIRECTORY.to_owned()),
        source: Some(volume.to_owned()),
        typ: Some(MountType::VOLUME),
        read_only: Some(access == Access::ReadOnly),
        volume_options: Some(MountVolumeOptions {
            no_copy: Some(true),
            ..MountVolumeOptions::default()
        }),
        ..Mount::default()
    }
}

fn ulimit(name: &str, limit: i64) -> ResourcesUlimits {
    ResourcesUlimits { name: Some(name.to_owned()), soft: Some(limit), hard: Some(limit) }
}

fn bounded(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;

    fn order(network: Network) -> Order {
        let spec = Spec { network, ..Spec::default() };
        ordered(spec, User::OF_SANDBOXES)
    }

    fn ordered(spec: Spec, user: User) -> Order {
        Order { spec, image: "sha256:abc".to_owned(), runtime: None, user }
    }

    fn facts() -> Facts {
        Facts { seccomp: true, ..Facts::default() }
    }

    fn request(order: &Order) -> serde_json::Value {
        serde_json::to_value(body(order, &facts(), "owner", "volume")).unwrap()
    }

    #[test]
    fn the_limits_are_one_cpu_half_a_gibibyte_without_swap_and_a_hundred_processes() {
        let request = request(&order(Network::None));
        let host = &request["HostConfig"];
        assert_eq!(host["NanoCpus"], 1_000_000_000);
        assert_eq!(host["Memory"], 512 << 20);
        assert_eq!(host["MemorySwap"], host["Memory"]);
        assert_eq!(host["PidsLimit"], 100 + 1);
    }

    #[test]
    fn nothing_but_the_workspace_and_places_in_memory_can_be_written_and_all_are_bounded() {
        let request = request(&order(Network::None));
        let host = &request["HostConfig"];
        assert_eq!(host["ReadonlyRootfs"], true);
        assert_eq!(host["Mounts"][0]["ReadOnly"], true);
        let tmpfs = host["Tmpfs"].as_object().unwrap();
        assert_eq!(tmpfs.len(), 3);
        for options in tmpfs.values() {
            let options = options.as_str().unwrap();
            for part in ["size=", "nr_inodes=", "nosuid", "nodev"] {
                assert!(options.contains(part), "{options}");
            }
        }
        assert_eq!(host["Binds"], serde_json::Value::Null);
    }

    #[test]
    fn programs_get_no_privilege_and_nothing_of_the_host() {
        let request = request(&order(Network::None));
        let host = &request["HostConfig"];
        assert_eq!(host["CapDrop"], serde_json::json!(["ALL"]));
        assert_eq!(request["User"], "1000:1000");
        assert_eq!(host["SecurityOpt"][0], "no-new-privileges:true");
        assert!(host["SecurityOpt"][1].as_str().unwrap().starts_with("seccomp={"));
        for absent in ["Devices", "CapAdd", "PidMode", "UTSMode", "PortBindings", "VolumesFrom"] {
            assert_eq!(host[absent], serde_json::Value::Null, "{absent}");
        }
    }

    #[test]
    fn a_directory_of_the_host_is_bound_alone_and_as_it_was_asked_for() {
        let mount = |source: &str, access| launcher::Mount { source: source.into(), access };
        let mounts = vec![mount("/srv/a", Access::ReadOnly), mount("/srv/b", Access::ReadWrite)];
        let spec = Spec { mounts, ..Spec::default() };
        let request = request(&ordered(spec, User { id: 1234, group: 100 }));
        let host = &request["HostConfig"];
        assert_eq!(host["Mounts"].as_array().unwrap().len(), 3);
        let [_, a, b] = [0, 1, 2].map(|it| &host["Mounts"][it]);
        assert_eq!((&a["Source"], &a["Target"]), (&"/srv/a".into(), &"/srv/a".into()));
        assert_eq!((&a["Type"], &a["ReadOnly"]), (&"bind".into(), &true.into()));
        assert_eq!((&b["Source"], &b["ReadOnly"]), (&"/srv/b".into(), &false.into()));
        for it in [a, b] {
            assert_eq!(it["BindOptions"]["NonRecursive"], true);
            assert_eq!(it["BindOptions"]["Propagation"], "rprivate");
        }
        assert_eq!(request["User"], "1234:100");
        assert!(host["Tmpfs"]["/tmp"].as_str().unwrap().ends_with("uid=1234,gid=100"));
        let profile = host["SecurityOpt"][1].as_str().unwrap();
        assert!(!profile.contains("[\"openat2\"],\"action\":\"SCMP_ACT_ALLOW\""), "{profile}");
    }

    #[test]
    fn the_network_is_none_or_our_own_bridge() {
        let mode = |it| request(&order(it))["HostConfig"]["NetworkMode"].clone();
        assert_eq!(mode(Network::None), "none");
        assert_eq!(mode(Network::Allow(Vec::new())), "none");
        assert_eq!(mode(Network::Full), "runbook");
    }

    #[test]
    fn the_link_is_not_logged_and_ends_with_its_connection() {
        let request = request(&order(Network::None));
        assert_eq!(request["HostConfig"]["LogConfig"]["Type"], "none");
        assert_eq!(request["StdinOnce"], true);
        assert_eq!(request["HostConfig"]["AutoRemove"], true);
    }

    #[test]
    fn gvisor_gets_room_for_its_own_threads() {
        let limits = Limits::default();
        assert_eq!(tasks(&limits, Kind::SharedKernel), 101);
        assert!(tasks(&limits, Kind::Gvisor) > 200);
    }
}
