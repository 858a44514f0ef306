use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use super::*;

/// A tree of control groups that follows the kernel's rules as far as discovery meets them.
#[derive(Debug, Default)]
struct FakeTree(RefCell<BTreeMap<PathBuf, Group>>);

#[derive(Clone, Debug, Default)]
struct Group {
    enabled: BTreeSet<String>,
    processes: BTreeSet<u32>,
    writable: bool,
    /// The root of the whole tree: it offers everything and may hold processes.
    offers: Option<Vec<&'static str>>,
}

const DENIED: io::ErrorKind = io::ErrorKind::PermissionDenied;

impl FakeTree {
    fn root(offers: &[&'static str], writable: bool) -> Self {
        let tree = Self::default();
        let root = Group { writable, offers: Some(offers.to_vec()), ..Group::default() };
        tree.0.borrow_mut().insert(PathBuf::from("/cg"), root);
        tree
    }

    fn with(self, path: &str, enabled: &[&str], processes: &[u32], writable: bool) -> Self {
        let group = Group {
            enabled: enabled.iter().map(|it| (*it).to_owned()).collect(),
            processes: processes.iter().copied().collect(),
            writable,
            offers: None,
        };
        self.0.borrow_mut().insert(PathBuf::from(path), group);
        self
    }

    fn group(&self, path: &str) -> Option<Group> {
        self.0.borrow().get(Path::new(path)).cloned()
    }

    fn offered(&self, path: &Path) -> Vec<String> {
        let groups = self.0.borrow();
        match &groups[path].offers {
            Some(offers) => offers.iter().map(|it| (*it).to_owned()).collect(),
            None => groups[path.parent().unwrap()].enabled.iter().cloned().collect(),
        }
    }
}

impl Files for FakeTree {
    fn read(&self, path: &Path) -> io::Result<String> {
        let dir = path.parent().unwrap();
        let group = self.group(dir.to_str().unwrap()).ok_or(io::ErrorKind::NotFound)?;
        let words: Vec<_> = match path.file_name().unwrap().to_str().unwrap() {
            "cgroup.controllers" => self.offered(dir),
            "cgroup.subtree_control" => group.enabled.into_iter().collect(),
            "cgroup.procs" => group.processes.iter().map(u32::to_string).collect(),
            other => panic!("{other}"),
        };
        Ok(words.join(" "))
    }

    fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        let dir = path.parent().unwrap();
        let offered = self.offered(dir);
        let mut groups = self.0.borrow_mut();
        if path.ends_with("cgroup.procs") {
            let pid = text.parse().unwrap();
            groups.values_mut().for_each(|it| it.processes.retain(|other| *other != pid));
            groups.get_mut(dir).unwrap().processes.insert(pid);
            return Ok(());
        }
        let group = groups.get_mut(dir).unwrap();
        let controller = text.trim_start_matches('+').to_owned();
        if !group.writable {
            return Err(DENIED.into());
        }
        if !group.processes.is_empty() && group.offers.is_none() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        if !offered.contains(&controller) {
            return Err(io::ErrorKind::NotFound.into());
        }
        group.enabled.insert(controller);
        Ok(())
    }

    fn make_dir(&self, path: &Path) -> io::Result<()> {
        let mut groups = self.0.borrow_mut();
        let parent = groups.get(path.parent().unwrap()).ok_or(io::ErrorKind::NotFound)?;
        if !parent.writable {
            return Err(DENIED.into());
        }
        groups.insert(path.to_owned(), Group { writable: true, ..Group::default() });
        Ok(())
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        let removed = self.0.borrow_mut().remove(path);
        removed.map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The launcher is process 20, its server process 10.
fn version_2_at(own: &str) -> Place {
    Place {
        mountinfo: "30 24 0:26 / /cg rw,nosuid shared:4 - cgroup2 cgroup2 rw".to_owned(),
        memberships: format!("0::{own}\n"),
        family: [20, 10],
        name: "runbook-20-7".to_owned(),
    }
}

const EVERYTHING: [&str; 4] = ["cpu", "io", "memory", "pids"];

fn all_at(base: &str) -> Layout {
    Layout::V2(Controller::VERSION_2.to_vec(), PathBuf::from(base))
}

#[test]
fn root_without_delegation_makes_its_group_at_the_top() {
    let tree = FakeTree::root(&EVERYTHING, true).with("/cg/session", &[], &[10, 20, 99], true);
    let (layout, complaint) = discover(&tree, &version_2_at("/session"));
    assert_eq!(layout, all_at("/cg/runbook-20-7"));
    assert_eq!(complaint, None);
    assert_eq!(tree.group("/cg/runbook-20-7").unwrap().enabled.len(), 4);
    assert!(tree.group("/cg/session/runbook-20-7").is_none(), "the refused place is left clean");
}

#[test]
fn a_delegated_scope_of_our_own_is_used_by_stepping_aside() {
    let tree = FakeTree::root(&EVERYTHING, false).with("/cg/user", &EVERYTHING, &[], false).with(
        "/cg/user/scope",
        &[],
        &[10, 20],
        true,
    );
    let (layout, _) = discover(&tree, &version_2_at("/user/scope"));
    assert_eq!(layout, all_at("/cg/user/scope/runbook-20-7"));
    let aside = tree.group("/cg/user/scope/runbook-host").unwrap();
    assert_eq!(aside.processes, BTreeSet::from([10, 20]));
}

#[test]
fn other_people_s_processes_are_never_moved() {
    let tree = FakeTree::root(&EVERYTHING, false).with("/cg/user", &EVERYTHING, &[], false).with(
        "/cg/user/scope",
        &[],
        &[10, 20, 99],
        true,
    );
    let (layout, complaint) = discover(&tree, &version_2_at("/user/scope"));
    assert_eq!(layout, Layout::Nowhere);
    assert!(complaint.unwrap().contains("/cg/user/scope"));
    assert_eq!(tree.group("/cg/user/scope").unwrap().processes.len(), 3);
    assert!(tree.group("/cg/user/scope/runbook-20-7").is_none());
}

#[test]
fn the_manager_of_a_user_is_found_above_a_scope_that_is_not_ours() {
    let tree = FakeTree::root(&EVERYTHING, false)
        .with("/cg/user", &EVERYTHING, &[], false)
        .with("/cg/user/manager", &["memory", "pids"], &[], true)
        .with("/cg/user/manager/app", &[], &[10, 20, 99], true);
    let (layout, _) = discover(&tree, &version_2_at("/user/manager/app"));
    assert_eq!(layout, all_at("/cg/user/manager/runbook-20-7"));
}

#[test]
fn a_tree_without_cpu_still_limits_the_rest() {
    let tree = FakeTree::root(&["memory", "pids"], true);
    let (layout, _) = discover(&tree, &version_2_at("/"));
    let two = vec![Controller::Memory, Controller::Pids];
    assert_eq!(layout, Layout::V2(two, PathBuf::from("/cg/runbook-20-7")));
}

#[test]
fn what_only_counts_is_neither_needed_nor_enough() {
    let tree =
        FakeTree::root(&["io", "memory", "pids", "cpu"], true).with("/cg/job", &["io"], &[], true);
    let (layout, _) = discover(&tree, &version_2_at("/job"));
    assert_eq!(layout, all_at("/cg/runbook-20-7"), "a place that limits is better");
    let only_counts = FakeTree::root(&["io"], true);
    assert_eq!(discover(&only_counts, &version_2_at("/")).0, Layout::Nowhere);
}

#[test]
fn version_1_takes_what_pauses_and_counts_only_beside_what_limits() {
    let mounts = |limits: &str| Place {
        mountinfo: format!(
            "31 24 0:27 / /cg/{limits} rw - cgroup cgroup rw,{limits}\n\
             32 24 0:28 / /cg/freezer rw - cgroup cgroup rw,freezer\n\
             33 24 0:29 / /cg/blkio rw - cgroup cgroup rw,blkio\n\
             34 24 0:30 / /cg/cpuacct rw - cgroup cgroup rw,cpuacct"
        ),
        memberships: format!("4:{limits}:/\n3:freezer:/\n2:blkio:/\n1:cpuacct:/\n"),
        ..version_2_at("/")
    };
    let tree = || {
        FakeTree::default()
            .with("/cg/memory", &[], &[20], true)
            .with("/cg/freezer", &[], &[20], true)
            .with("/cg/blkio", &[], &[20], false)
            .with("/cg/cpuacct", &[], &[20], true)
    };
    let (layout, complaint) = discover(&tree(), &mounts("memory"));
    let found: Vec<_> = layout.hierarchies().map(|(it, _)| it.to_vec()).collect();
    assert_eq!(found, [[Controller::Memory], [Controller::Freezer], [Controller::CpuAccounting]]);
    assert_eq!(complaint, None);
    let without_limits = tree();
    assert_eq!(discover(&without_limits, &mounts("cpuset")).0, Layout::Nowhere);
    assert!(without_limits.group("/cg/freezer/runbook-20-7").is_none(), "left clean");
}

#[test]
fn a_tree_that_nobody_lets_us_write_is_no_help_and_says_why() {
    let tree = FakeTree::root(&EVERYTHING, false).with("/cg/session", &[], &[20], false);
    let (layout, complaint) = discover(&tree, &version_2_at("/session"));
    assert_eq!(layout, Layout::Nowhere);
    assert!(complaint.unwrap().contains("/cg/session"));
}

#[test]
fn version_1_uses_our_own_group_of_each_controller() {
    let tree = FakeTree::default()
        .with("/cg/memory/job", &[], &[20], true)
        .with("/cg/cpu,cpuacct", &[], &[20], true)
        .with("/cg/pids", &[], &[20], false);
    let place = Place {
        mountinfo: "31 24 0:27 / /cg/memory rw - cgroup cgroup rw,memory\n\
                    32 24 0:28 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
                    33 24 0:29 / /cg/pids rw - cgroup cgroup rw,pids\n\
                    34 24 0:30 / /cg/unified rw - cgroup2 cgroup2 rw"
            .to_owned(),
        memberships: "4:memory:/job\n3:cpu,cpuacct:/\n2:pids:/\n0::/\n".to_owned(),
        ..version_2_at("/")
    };
    let (layout, complaint) = discover(&tree, &place);
    let expected = vec![
        (vec![Controller::Memory], PathBuf::from("/cg/memory/job/runbook-20-7")),
        (
            vec![Controller::Cpu, Controller::CpuAccounting],
            PathBuf::from("/cg/cpu,cpuacct/runbook-20-7"),
        ),
    ];
    assert_eq!(layout, Layout::V1(expected));
    assert_eq!(layout.mechanism(Controller::Pids), Mechanism::Nothing);
    assert!(complaint.unwrap().contains("/cg/pids"));
}

#[test]
fn a_container_that_sees_part_of_the_tree_strips_what_it_cannot_see() {
    let tree = FakeTree::root(&EVERYTHING, true).with("/cg/inner", &[], &[20, 99], false);
    let mut place = version_2_at("/docker/abc/inner");
    place.mountinfo = "30 24 0:26 /docker/abc /cg rw - cgroup2 cgroup2 rw".to_owned();
    let (layout, _) = discover(&tree, &place);
    assert_eq!(layout, all_at("/cg/runbook-20-7"));
}

#[test]
fn no_hierarchy_at_all_is_said() {
    let place = Place { mountinfo: String::new(), ..version_2_at("/") };
    let (layout, complaint) = discover(&FakeTree::default(), &place);
    assert_eq!(layout, Layout::Nowhere);
    assert_eq!(complaint.as_deref(), Some("no control groups are mounted"));
}
