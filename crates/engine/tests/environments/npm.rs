use std::time::Duration;

use document::Runtime;
use engine::{BuildLimits, IndexUrl, Indexes, NpmIndex};
use sandbox::ExitStatus;
use serde_json::json;

use super::{
    archives::tar_gz,
    harness::{Kitchen, failure, limits},
    index::{Files, HOST, Index},
};

/// A registry with one package in two versions, whose install script is given.
fn files(url: &str, name: &str, script: Option<&str>) -> Files {
    let mut files = Files::new();
    let mut versions = serde_json::Map::new();
    for version in ["1.2.0", "2.0.0"] {
        let mut manifest = json!({"name": name, "version": version, "main": "index.js"});
        if let Some(script) = script {
            manifest["scripts"] = json!({ "install": script });
        }
        let code = format!(
            "const fs = require('fs');\nexports.version = '{version}';\n\
             exports.installed = fs.existsSync(__dirname + '/installed');\n"
        );
        let tarball = tar_gz(&[
            ("package/package.json", 0o644, manifest.to_string().as_bytes()),
            ("package/index.js", 0o644, code.as_bytes()),
        ]);
        let path = format!("/{version}.tgz");
        manifest["dist"] = json!({"tarball": format!("{url}{path}")});
        if script.is_some() {
            manifest["hasInstallScript"] = json!(true);
        }
        files.insert(path, tarball);
        versions.insert(version.to_owned(), manifest);
    }
    let page = json!({"name": name, "versions": versions, "dist-tags": {"latest": "2.0.0"}});
    files.insert(format!("/{}", name.replace('/', "%2f")), page.to_string().into_bytes());
    files
}

async fn kitchen(index: &Index, build: BuildLimits) -> Option<Kitchen> {
    let registry: IndexUrl = index.url("/").parse().unwrap();
    let npm = NpmIndex { registry: Some(registry), ..NpmIndex::default() };
    Kitchen::open(Indexes { npm, ..Indexes::default() }, build, &["node", "npm"]).await
}

#[tokio::test]
async fn both_ways_of_importing_find_a_package_whose_script_has_run() {
    let script = "node -e \"require('fs').writeFileSync('installed', '')\"";
    let index = Index::serve(|url| files(url, "@scope/pkg", Some(script)));
    let Some(kitchen) = kitchen(&index, limits()).await else { return };
    let environment = kitchen.ready(Runtime::Node, &["@scope/pkg@^1"]).await.unwrap();
    let required = "const it = require('@scope/pkg'); console.log(it.version, it.installed);";
    let (stdout, stderr, status) = kitchen.run(Runtime::Node, required, &environment).await;
    assert_eq!((stdout.as_str(), status), ("1.2.0 true\n", ExitStatus::Code(0)), "{stderr}");
    let imported = "import it from '@scope/pkg'; console.log(it.version);";
    let (stdout, stderr, _) =
        kitchen.run_as(Runtime::Node, "main.mjs", imported, &environment).await;
    assert_eq!(stdout, "1.2.0\n", "{stderr}");
    let asked = index.requests();
    let typescript = kitchen.ready(Runtime::Typescript, &["@scope/pkg@^1"]).await.unwrap();
    assert_eq!((index.requests(), typescript.directories), (asked, environment.directories));
}

/// Tries what a build of packages is not for, and notes what it could do.
fn probe(port: u16) -> String {
    let tries = format!(
        "const fs = require('fs'), net = require('net'), note = it => fs.appendFileSync('installed', it + ' ');
         const tries = {{ read: () => fs.readFileSync('/etc/shadow'), machine: () => fs.writeFileSync('/usr/pwned', ''),
           runtime: () => fs.writeFileSync(process.execPath, ''),
           docker: () => fs.statSync('/var/run/docker.sock'), powers: () => process.setuid(0) }};
         note('began');
         for (const name in tries) try {{ tries[name](); note(name) }} catch {{}}
         for (const host of ['{HOST}', 'localhost', '169.254.169.254', '1.1.1.1']) {{
           const link = net.connect({{ host, port: {port}, timeout: 2000 }});
           link.on('connect', () => {{ note(host); link.destroy() }}).on('error', () => {{}}).on('timeout', () => link.destroy());
         }}"
    );
    format!("node -e \"{}\"", tries.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[tokio::test]
async fn a_script_reaches_neither_the_machine_nor_its_network() {
    let secret = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    secret.set_nonblocking(true).unwrap();
    let script = probe(secret.local_addr().unwrap().port());
    let index = Index::serve(|url| files(url, "curious", Some(&script)));
    let Some(kitchen) = kitchen(&index, limits()).await else { return };
    let environment = kitchen.ready(Runtime::Node, &["curious"]).await.unwrap();
    let read = "console.log(require('fs').readFileSync('node_modules/curious/installed', 'utf8'))";
    let (stdout, stderr, _) = kitchen.run(Runtime::Node, read, &environment).await;
    assert_eq!(stdout, "began \n", "{stderr}");
    assert!(secret.accept().is_err(), "somebody has connected");
}

#[tokio::test]
async fn a_script_that_loops_is_stopped_after_the_time_of_a_build() {
    let index = Index::serve(|url| files(url, "loops", Some("node -e 'for(;;);'")));
    let build = BuildLimits { timeout: Duration::from_secs(25), ..limits() };
    let Some(kitchen) = kitchen(&index, build).await else { return };
    let (what, _) = failure(kitchen.ready(Runtime::Node, &["loops"]).await);
    assert_eq!(what, "an install script of loops failed: it took longer than 25 s");
    assert_eq!(kitchen.kept(), 0);
}

#[tokio::test]
async fn a_script_that_allocates_meets_the_limit_of_memory() {
    let script = "node --max-old-space-size=8000 -e 'const all = []; \
                  for(;;) all.push(Buffer.alloc(1 << 24, 1));'";
    let index = Index::serve(|url| files(url, "hungry", Some(script)));
    let build = BuildLimits { memory_bytes: 400 << 20, ..limits() };
    let Some(kitchen) = kitchen(&index, build).await else { return };
    let (what, log) = failure(kitchen.ready(Runtime::Node, &["hungry"]).await);
    let killed = what.contains("it needs more than 400 MiB of memory");
    assert!(killed || log.contains("SIGKILL"), "{what}\n{log}");
    assert_eq!(kitchen.kept(), 0);
}

#[tokio::test]
async fn a_version_that_there_is_not_fails_with_the_registrys_words() {
    let index = Index::serve(|url| files(url, "pkg", None));
    let Some(kitchen) = kitchen(&index, limits()).await else { return };
    let (what, log) = failure(kitchen.ready(Runtime::Node, &["pkg@^7"]).await);
    assert!(what.starts_with("npm could not install pkg: exit code"), "{what}");
    assert!(log.contains("No matching version found for pkg@^7"), "{log}");
}
