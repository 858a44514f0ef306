//! A PostgreSQL server of a test's own, that can be crashed, killed and started again.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Mutex,
};

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

use crate::{
    harness::{outside, skipped},
    postgres, processes,
};

/// Carries out orders from its standard input, which ends together with the test program.
const SCRIPT: &str = r#"
cd /
trap 'exit 1' HUP INT TERM
dir=$(mktemp -d) || exit 1
up() {
    "$0/pg_ctl" -w -D "$dir/data" -l "$dir/log" \
        -o "-k $dir -c listen_addresses= -c fsync=off -c max_connections=200" start >&2
}
trap '"$0/pg_ctl" -D "$dir/data" -m immediate stop >&2; rm -rf "$dir"' EXIT
"$0/initdb" --auth=trust --username=runbook --encoding=UTF8 --no-sync -D "$dir/data" >&2 && up || exit 1
echo "$dir"
while read -r order; do
    case $order in
        start) up ;;
        crash) "$0/pg_ctl" -w -D "$dir/data" -m immediate stop >&2 ;;
    esac
    echo "$order: $?"
done
"#;

pub(super) struct Cluster {
    directory: String,
    /// Where orders go to, and their answers come from.
    line: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
    child: Child,
}

impl Cluster {
    /// `None` where there is no PostgreSQL; says so.
    pub(super) fn new() -> Option<Self> {
        Self::with(&[])
    }

    /// One whose programs see these variables.
    pub(super) fn with(variables: &[(&str, &Path)]) -> Option<Self> {
        let Some(programs) = postgres::programs() else {
            skipped("PostgreSQL: none in /usr/lib/postgresql");
            return None;
        };
        let mut command = command();
        command.args(["-c", SCRIPT]).arg(programs).envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let orders = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let mut directory = String::new();
        answers.read_line(&mut directory).unwrap();
        let directory = directory.trim().to_owned();
        assert!(!directory.is_empty(), "PostgreSQL starts");
        Some(Self { directory, line: Mutex::new(Some((orders, answers))), child })
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://runbook@localhost/postgres?host={}", self.directory)
    }

    pub(super) async fn connect(&self) -> DatabaseConnection {
        Database::connect(self.url()).await.unwrap()
    }

    /// Carries out one statement.
    pub(super) async fn run(&self, sql: &str) {
        let db = self.connect().await;
        db.execute_unprepared(sql).await.unwrap();
        db.close().await.unwrap();
    }

    fn order(&self, order: &str) -> bool {
        let mut line = self.line.lock().unwrap();
        let (orders, answers) = line.as_mut().unwrap();
        writeln!(orders, "{order}").unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        answer.trim_end() == format!("{order}: 0")
    }

    /// Stops at once, as in a crash: what was not written is lost, and the next start recovers.
    pub(super) fn crash(&self) {
        assert!(self.order("crash"));
    }

    pub(super) fn start(&self) {
        processes::eventually("PostgreSQL starts", || self.order("start"));
    }

    /// Kills all of its processes.
    pub(super) fn kill(&self) {
        // Only its user may read it.
        let file = format!("{}/data/postmaster.pid", self.directory);
        let file = outside("cat").arg(file).output().unwrap().stdout;
        let pid = String::from_utf8(file).unwrap().lines().next().unwrap().parse().unwrap();
        let tree = processes::tree(pid);
        let pids = tree.iter().map(|it| it.pid.to_string());
        // Some may have ended by themselves after their parent.
        drop(outside("kill").arg("-9").args(pids).output().unwrap());
        processes::expect_gone(&tree, "no program has this name");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.line.lock().unwrap().take());
        drop(self.child.wait());
    }
}

/// PostgreSQL refuses to run as root; its package comes with a user that may.
fn command() -> Command {
    let root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0;
    if !root {
        return outside("sh");
    }
    let mut command = outside("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", "sh"]);
    command
}
