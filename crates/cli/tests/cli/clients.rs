//! The clients' own READMEs, run against the binary: what they show is what works. And a program for
//! tinirun's client, whose types the compiler holds against ours.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    harness::{Place, Running, installed, sandboxes},
    hub::ready,
};

/// What each example prints.
const PRINTED: &str = "hello\nbash ended with 3\n";

/// What the programs about jobs print.
const JOBS_PRINTED: &str = r#"kept "at once"
1 artifact
the sum is 42
"finished" with 1 file
1 of that name
"cancelled"
webhooks are signed with whsec_…
1 schedule, paused: true
0 jobs run, at most Some(2)
1 worker
2 acts on the queue; the log begins with 1
"#;

/// Operations that are about jobs, by their tags.
const ABOUT_JOBS: [&str; 6] = ["artifacts", "audit", "jobs", "queue", "schedules", "users"];

struct Hub {
    place: Place,
    _running: Running,
    url: String,
    token: String,
}

impl Hub {
    fn start() -> Self {
        let place = Place::new();
        place
            .fed(
                &["user", "create", "ada", "ada@example.com", "--password-stdin"],
                b"correct horse\n",
            )
            .expect(0);
        let create = ["token", "create", "ada", "example", "--scope", "code:run"];
        let token = place.runbook(&create).expect(0).text().trim_end().to_owned();
        Self::start_in(place, token, &[])
    }

    /// One whose token may do all about jobs that there is.
    fn for_jobs() -> Self {
        let place = Place::new();
        let create = ["user", "create", "ada", "ada@example.com", "--password-stdin"];
        place.fed(&[&create[..], &["--administrator"]].concat(), b"correct horse\n").expect(0);
        let create = ["token", "create", "ada", "example"];
        let scopes = ["--scope", "job:read", "--scope", "job:write", "--scope", "admin"];
        let token = place.runbook(&[&create[..], &scopes].concat()).expect(0);
        let token = token.text().trim_end().to_owned();
        Self::start_in(place, token, &[])
    }

    fn start_in(place: Place, token: String, flags: &[&str]) -> Self {
        let usual = ["hub", "--port", "0", "--data", "data"];
        let mut running = place.start(&[&usual[..], flags].concat());
        let url = format!("http://127.0.0.1:{}", ready(&mut running));
        Self { place, _running: running, url, token }
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> String {
        #[expect(clippy::disallowed_methods, reason = "a client is a process of its own")]
        let output = Command::new(program)
            .args(arguments)
            .env("RUNBOOK_URL", &self.url)
            .env("RUNBOOK_TOKEN", &self.token)
            .env("PYTHONPATH", client("python"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Keeps an example as a file.
    fn write(&self, name: &str, text: &str) -> String {
        let path = self.place.path(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn client(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clients").join(name)
}

/// The first fence of a client's README.
fn example(name: &str, language: &str) -> String {
    let readme = fs::read_to_string(client(name).join("README.md")).unwrap();
    let open = format!("```{language}\n");
    let start = readme.find(&open).expect("there is an example") + open.len();
    let length = readme[start..].find("\n```").expect("the example ends");
    readme[start..start + length].to_owned() + "\n"
}

#[test]
fn the_example_of_the_typescript_client_runs() {
    if !client("typescript/dist/index.js").exists() {
        println!("skipped: the TypeScript client is not built (npm ci && npm run build there)");
        return;
    }
    let hub = Hub::start();
    let built = client("typescript/dist/index.js").canonicalize().unwrap();
    // Outside of the package its name means nothing.
    let text = example("typescript", "ts").replace("@runbook/client", built.to_str().unwrap());
    let file = hub.write("example.mjs", &text);
    assert_eq!(hub.run(Path::new("node"), &[&file]), PRINTED);
}

#[test]
fn a_program_for_tinirun_s_client_for_node_works_unchanged() {
    let program = client("typescript/dist/checked/tests/tinirun.js");
    if !program.exists() {
        println!("skipped: the TypeScript client is not built (npm ci && npm run build there)");
        return;
    }
    if !sandboxes() || !installed("python") {
        return;
    }
    let key = "api-key-123";
    let hub = Hub::start_in(Place::new(), key.to_owned(), &["--api-key", key]);
    assert_eq!(hub.run(Path::new("node"), &[program.to_str().unwrap()]), "as tinirun\n");
}

#[test]
fn the_example_of_the_python_client_runs() {
    let python = client("../target/python/bin/python");
    if !python.exists() {
        println!("skipped: the Python client's dependencies are not installed (make clients)");
        return;
    }
    let hub = Hub::start();
    let file = hub.write("example.py", &example("python", "python"));
    assert_eq!(hub.run(&python, &[&file]), PRINTED);
}

#[test]
fn the_example_of_the_rust_client_runs() {
    let source = fs::read_to_string(client("rust/examples/hello.rs")).unwrap();
    assert!(source.ends_with(&example("rust", "rust")), "the README shows the example");
    let built = Path::new(env!("CARGO_BIN_EXE_runbook")).with_file_name("examples/hello");
    if !built.exists() {
        println!("skipped: the example is not built (cargo build --workspace --examples)");
        return;
    }
    assert_eq!(Hub::start().run(&built, &[]), PRINTED);
}

/// Holds a program to what it says: that it asks each route about jobs once. `call` is how it writes one.
fn expect_each_route(program: &str, call: impl Fn(&str, &str, &str) -> String) {
    let text = fs::read_to_string(client(program)).unwrap();
    let document = serde_json::to_value(server::openapi()).unwrap();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let tag = operation["tags"][0].as_str().unwrap();
            if ABOUT_JOBS.contains(&tag) {
                let written = call(method, path, operation["operationId"].as_str().unwrap());
                assert!(text.contains(&written), "{program} lacks {written}");
                asked += 1;
            }
        }
    }
    assert!(asked > 30, "{asked} routes are about jobs");
}

#[test]
fn a_program_in_typescript_asks_every_route_about_jobs() {
    let call = |method: &str, path: &str, _: &str| format!("{}(\"{path}\"", method.to_uppercase());
    expect_each_route("typescript/tests/jobs.ts", call);
    let program = client("typescript/dist/checked/tests/jobs.js");
    if !program.exists() {
        println!("skipped: the TypeScript client is not built (npm ci && npm run build there)");
        return;
    }
    if sandboxes() {
        let hub = Hub::for_jobs();
        assert_eq!(hub.run(Path::new("node"), &[program.to_str().unwrap()]), JOBS_PRINTED);
    }
}

#[test]
fn a_program_in_python_asks_every_route_about_jobs() {
    expect_each_route("python/examples/jobs.py", |_, _, operation| match operation {
        "jobs_events" => "hub.jobs_events(".to_owned(),
        other => format!("{other}.sync"),
    });
    let python = client("../target/python/bin/python");
    if !python.exists() {
        println!("skipped: the Python client's dependencies are not installed (make clients)");
        return;
    }
    if sandboxes() {
        let program = client("python/examples/jobs.py");
        assert_eq!(Hub::for_jobs().run(&python, &[program.to_str().unwrap()]), JOBS_PRINTED);
    }
}

#[test]
fn a_program_in_rust_asks_every_route_about_jobs() {
    expect_each_route("rust/examples/every_job_route.rs", |_, _, operation| {
        format!(".{operation}(")
    });
    let built = Path::new(env!("CARGO_BIN_EXE_runbook")).with_file_name("examples/every_job_route");
    if !built.exists() {
        println!("skipped: the example is not built (cargo build --workspace --examples)");
        return;
    }
    if sandboxes() {
        assert_eq!(Hub::for_jobs().run(&built, &[]), JOBS_PRINTED);
    }
}
