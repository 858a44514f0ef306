//! One private PostgreSQL server for this test program. It listens on a socket in a directory of its own.

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sea_orm::{ConnectionTrait, Database};

/// Waits on its standard input: that ends together with the test program, however that ends.
const SCRIPT: &str = r#"
cd /
dir=$(mktemp -d) || exit 1
trap 'exit 1' HUP INT TERM
trap '"$0/pg_ctl" -D "$dir/data" -m immediate stop; rm -rf "$dir"' EXIT
"$0/initdb" --auth=trust --username=runbook --encoding=UTF8 --no-sync -D "$dir/data" &&
"$0/pg_ctl" -w -D "$dir/data" -l "$dir/log" \
    -o "-k $dir -c listen_addresses= -c fsync=off -c max_connections=500" start || exit 1
echo "socket $dir"
read -r line
"#;

/// `None` together with the reason if this machine has no server to start.
static SERVER: LazyLock<Result<Server, String>> = LazyLock::new(start);
static DATABASES: AtomicU32 = AtomicU32::new(0);

struct Server {
    socket_dir: String,
    /// Keeps the server's standard input open.
    _child: Child,
}

/// Makes an empty database and returns its URL.
pub(crate) async fn new_database() -> Result<String, String> {
    let server = SERVER.as_ref().map_err(Clone::clone)?;
    let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(server.url("postgres")).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    Ok(server.url(&name))
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!("postgres://runbook@localhost/{database}?host={}", self.socket_dir)
    }
}

fn start() -> Result<Server, String> {
    let programs = programs().ok_or("no PostgreSQL in /usr/lib/postgresql")?;
    let mut child = command()
        .arg(programs)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|it| format!("cannot start PostgreSQL: {it}"))?;
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let socket_dir = stdout
        .lines()
        .map_while(Result::ok)
        .find_map(|it| it.strip_prefix("socket ").map(str::to_owned));
    let Some(socket_dir) = socket_dir else {
        let mut reason = String::new();
        child.stderr.take().unwrap().read_to_string(&mut reason).unwrap();
        return Err(format!("PostgreSQL does not start: {reason}"));
    };
    Ok(Server { socket_dir, _child: child })
}

pub(crate) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions.flatten().map(|it| it.path().join("bin")).find(|it| it.join("initdb").exists())
}

/// PostgreSQL refuses to run as root; its package comes with a user that may.
#[expect(clippy::disallowed_methods, reason = "the test starts the server that it needs")]
fn command() -> Command {
    let shell = ["sh", "-c", SCRIPT];
    let root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0;
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    command.args(&shell[1..]);
    command
}
