use document::Runtime;
use engine::Indexes;
use sandbox::ExitStatus;

use super::{
    archives::zip,
    harness::{Kitchen, failure, has_bytes, limits},
    index::{Files, Index},
};

/// A simple index (PEP 503) with a package in several versions.
fn files(versions: &[&str]) -> Files {
    let mut files = Files::new();
    let mut page = "<!DOCTYPE html><html><body>".to_owned();
    for version in versions {
        let info = format!("greeting-{version}.dist-info");
        let text = |text: String| text.into_bytes();
        let wheel = zip(&[
            ("greeting/__init__.py".to_owned(), text(format!("version = '{version}'\n"))),
            (
                format!("{info}/METADATA"),
                text(format!("Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n")),
            ),
            (
                format!("{info}/WHEEL"),
                text("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_owned()),
            ),
            (
                format!("{info}/entry_points.txt"),
                text("[console_scripts]\ngreet = greeting:hello\n".to_owned()),
            ),
            (
                format!("{info}/RECORD"),
                text(format!(
                    "greeting/__init__.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"
                )),
            ),
        ]);
        let name = format!("greeting-{version}-py3-none-any.whl");
        page.extend(["<a href=\"/files/", &name, "\">", &name, "</a>"]);
        files.insert(format!("/files/{name}"), wheel);
    }
    files.insert("/simple/greeting/".to_owned(), page.into_bytes());
    files
}

fn indexes(index: &Index) -> Indexes {
    Indexes { python: vec![index.url("/simple").parse().unwrap()], ..Indexes::default() }
}

const PROGRAM: &str =
    "import greeting, shutil\nprint(greeting.version, bool(shutil.which('greet')))";

#[tokio::test]
async fn a_constraint_is_kept_and_the_second_time_nothing_is_fetched() {
    let index = Index::serve(|_| files(&["1.0", "1.5", "2.0"]));
    let Some(kitchen) = Kitchen::open(indexes(&index), limits(), &["python3"]).await else {
        return;
    };
    let environment = kitchen.ready(Runtime::Python, &["greeting>=1.0,<2"]).await.unwrap();
    let (stdout, stderr, status) = kitchen.run(Runtime::Python, PROGRAM, &environment).await;
    assert_eq!((stdout.as_str(), status), ("1.5 True\n", ExitStatus::Code(0)), "{stderr}");
    let asked = index.requests();
    let again = kitchen.ready(Runtime::Python, &["Greeting < 2, >= 1.0"]).await.unwrap();
    assert_eq!((index.requests(), again.directories), (asked, environment.directories));
    let newest = kitchen.ready(Runtime::Python, &["greeting"]).await.unwrap();
    let (stdout, _, _) = kitchen.run(Runtime::Python, PROGRAM, &newest).await;
    assert_eq!(stdout, "2.0 True\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_stay_with_whoever_uses_them_however_little_room_there_is() {
    let index = Index::serve(|_| files(&["1.0", "1.5", "2.0"]));
    let Some(kitchen) = Kitchen::open(indexes(&index), limits(), &["python3"]).await else {
        return;
    };
    let kitchen = kitchen.with_room_for(1);
    let ask = async |version: &str| {
        for _ in 0..4 {
            let wanted = format!("greeting=={version}");
            let environment = kitchen.ready(Runtime::Python, &[&wanted]).await.unwrap();
            let (said, stderr, _) = kitchen.run(Runtime::Python, PROGRAM, &environment).await;
            assert_eq!(said, format!("{version} True\n"), "{stderr}");
        }
    };
    tokio::join!(ask("1.0"), ask("1.5"), ask("2.0"));
    assert!(kitchen.kept() <= 3, "{} are kept", kitchen.kept());
    assert!(index.requests() > 3, "nothing was crowded out");
}

#[tokio::test]
async fn what_many_ask_for_at_once_is_fetched_once() {
    let index = Index::serve(|_| files(&["1.0"]));
    let Some(kitchen) = Kitchen::open(indexes(&index), limits(), &["python3"]).await else {
        return;
    };
    let ask = || kitchen.ready(Runtime::Python, &["greeting"]);
    let (one, two, three) = tokio::join!(ask(), ask(), ask());
    assert_eq!(one.unwrap().directories, two.unwrap().directories);
    three.unwrap();
    assert_eq!(index.asked_for("/files/greeting-1.0-py3-none-any.whl"), 1);
    assert_eq!(kitchen.kept(), 1);
}

#[tokio::test]
async fn what_does_not_exist_fails_with_the_end_of_the_tools_log() {
    let index = Index::serve(|_| files(&["1.0"]));
    let Some(kitchen) = Kitchen::open(indexes(&index), limits(), &["python3"]).await else {
        return;
    };
    let (what, log) = failure(kitchen.ready(Runtime::Python, &["no-such-package"]).await);
    assert!(what.starts_with("pip could not install no-such-package: exit code"), "{what}");
    assert!(log.contains("No matching distribution found for no-such-package"), "{log}");
    let (_, log) = failure(kitchen.ready(Runtime::Python, &["greeting>=7"]).await);
    assert!(log.contains("greeting>=7"), "{log}");
    assert_eq!(kitchen.kept(), 0);
}

#[tokio::test]
async fn credentials_of_an_index_are_neither_in_its_packages_nor_in_what_is_said() {
    // `ada:open-sesame`
    let index = Index::serve_to(Some("YWRhOm9wZW4tc2VzYW1l"), |_| files(&["1.0"]));
    let url = index.url("/simple").replace("http://", "http://ada:open-sesame@");
    let own = Indexes { python: vec![url.parse().unwrap()], ..Indexes::default() };
    let Some(kitchen) = Kitchen::open(own, limits(), &["python3"]).await else { return };
    let environment = kitchen.ready(Runtime::Python, &["greeting"]).await.unwrap();
    assert!(!has_bytes(&environment.directories[0], b"open-sesame"));
    let reveal = "import os\nprint(dict(os.environ))";
    let (stdout, _, _) = kitchen.run(Runtime::Python, reveal, &environment).await;
    assert!(!stdout.contains("open-sesame"));
    let (what, log) = failure(kitchen.ready(Runtime::Python, &["missing"]).await);
    assert!(!format!("{what}{log}").contains("open-sesame"), "{log}");
}

#[tokio::test]
async fn an_option_is_refused_before_anything_starts() {
    let index = Index::serve(|_| files(&[]));
    let Some(kitchen) = Kitchen::open(indexes(&index), limits(), &["python3"]).await else {
        return;
    };
    let refused = kitchen.ready(Runtime::Python, &["--index-url=http://evil.test"]).await;
    assert!(refused.unwrap_err().to_string().contains("it is an option"));
    assert_eq!(index.requests(), 0);
}
