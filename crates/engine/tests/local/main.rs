//! Local runbooks: real scripts on this host, as an operator runs them.

#![expect(clippy::unwrap_used, reason = "an engine that cannot be driven should stop the test")]
#![expect(clippy::print_stderr, reason = "what is skipped is said")]

mod git_server;
mod providers;
mod pull_requests;
mod sandboxed;
mod sign_in;
mod stage;

use std::{fs, os::unix::fs::symlink, path::Path};

use engine::local::{LocalError, SignInMethod};
use model::execution::Outcome;
use serde_json::json;
use stage::{Stage, exited};

#[tokio::test]
async fn variables_directory_and_outputs_reach_the_scripts_after() {
    let stage = Stage::open(
        "<Command id=\"first\" command=\"export GREETING=hello; mkdir made; cd made; \
         echo url=https://example.com >> $RUNBOOK_OUTPUT\" />\n\n\
         <Check id=\"then-sh\" title=\"T\" path=\"then.sh\" />\n\n\
         <Command id=\"last\" command=\"echo $GREETING $THEN {{ .inputs.Name }} \
         {{ .outputs.first.url }} {{ .outputs.then_sh.n }}\" />\n",
        &[(
            "then.sh",
            "#!/bin/sh\nexport THEN=\"$GREETING 2\"\necho n=1 >> \"$RUNBOOK_OUTPUT\"\nexit 2\n",
        )],
    )
    .await;
    let waits = stage.start("last").await.unwrap_err();
    assert!(matches!(&waits, LocalError::Blocked { missing, .. } if missing.len() == 2), "{waits}");
    assert!(waits.to_string().contains("first.url"), "{waits}");
    assert_eq!(stage.run("first").await.outcome, exited(0));
    assert_eq!(stage.run("then-sh").await.outcome, exited(2));
    let last = stage.run("last").await;
    assert_eq!(last.output, "hello hello 2 Ada https://example.com 1\n");
    assert_eq!(stage.session.carried().cwd, stage.path("made").to_str().unwrap());
    stage.session.reset();
    assert!(matches!(stage.start("last").await, Err(LocalError::Blocked { .. })));
}

#[tokio::test]
async fn a_script_that_failed_leaves_nothing() {
    let stage = Stage::open(
        "<Command id=\"fails\" command=\"export LEFT=1; echo a=1 >> $RUNBOOK_OUTPUT; exit 3\" />\n\n\
         <Command id=\"looks\" command=\"echo [${LEFT-}]\" />\n",
        &[],
    )
    .await;
    assert_eq!(stage.run("fails").await.outcome, exited(3));
    assert_eq!(stage.run("looks").await.output, "[]\n");
    assert!(stage.session.outputs().values().all(std::collections::BTreeMap::is_empty));
}

#[tokio::test]
async fn only_what_the_registry_holds_runs_and_what_changed_on_the_disk_does_not() {
    let document = "<Command id=\"a\" path=\"a.sh\" />\n";
    let stage = Stage::open(document, &[("a.sh", "echo approved")]).await;
    fs::write(stage.path("a.sh"), "echo changed").unwrap();
    assert_eq!(stage.run("a").await.output, "approved\n");
    let registry = stage.session.registry();
    let now = stage.registry(document);
    assert_eq!((registry.drift(&now).len(), registry.find("echo changed")), (1, None));
    stage.session.approve(now);
    assert_eq!(stage.run("a").await.output, "changed\n");
}

#[tokio::test]
async fn generated_files_are_kept_and_links_lead_nowhere() {
    let stage = Stage::open(
        "<Command id=\"makes\" command=\"cd $GENERATED_FILES; mkdir -p a/b; echo x > a/b/x.txt; \
         echo y > y.sh; chmod +x y.sh\" />\n\n\
         <Command id=\"links\" command=\"ln -s /etc $GENERATED_FILES/etc\" />\n",
        &[],
    )
    .await;
    fs::create_dir(stage.path("generated")).unwrap();
    symlink("/nowhere", stage.path("generated/a")).unwrap();
    let made = stage.run("makes").await;
    assert_eq!(made.left["files"], json!(["a/b/x.txt", "y.sh"]));
    assert_eq!(fs::read_to_string(stage.path("generated/a/b/x.txt")).unwrap(), "x\n");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(stage.path("generated/y.sh")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o111, 0o111);
    stage.run("links").await;
    assert!(!stage.path("generated/etc/passwd").exists());
}

#[tokio::test]
async fn no_function_of_the_environment_is_ever_run() {
    let document = "<Command id=\"says\" command=\"echo plain; export -f says; says() { :; }\" />\n\n\
                    <Command id=\"again\" command=\"echo plain; type -t says\" />\n";
    let smuggled = [
        ("BASH_FUNC_echo%%", "() { touch smuggled; }"),
        ("BASH_ENV", "smuggled.sh"),
        ("ENV", "smuggled.sh"),
    ];
    let stage = Stage::with_env(document, &[("smuggled.sh", "touch smuggled")], &smuggled).await;
    assert_eq!(stage.run("says").await.output.lines().next(), Some("plain"));
    assert_eq!(stage.run("again").await.output, "plain\n");
    assert!(!stage.path("smuggled").exists());
}

#[tokio::test]
async fn a_value_in_the_environment_is_no_code() {
    let stage = Stage::open(
        "<Command id=\"safe\" env={{ NAME: \"{{ .inputs.Evil }}\" }} command='printf \"%s\\n\" \"$NAME\"' />\n",
        &[],
    )
    .await;
    assert_eq!(stage.run("safe").await.output, "x\"; touch evil; echo \"\n");
    assert!(!stage.path("evil").exists());
}

#[tokio::test]
async fn stopping_a_script_ends_all_that_it_started() {
    let stage = Stage::open(
        "<Command id=\"long\" command=\"sleep 1000 & echo $! > pid; echo started; wait\" />\n",
        &[],
    )
    .await;
    let execution = stage.start("long").await.unwrap();
    assert!(matches!(stage.start("long").await, Err(LocalError::AlreadyRunning { .. })));
    stage.until_says(&execution, "started").await;
    assert!(stage.session.stop(execution.id));
    assert_eq!(stage.ended(&execution).await.outcome, Outcome::Cancelled);
    let pid = fs::read_to_string(stage.path("pid")).unwrap();
    let child = Path::new("/proc").join(pid.trim());
    while fs::read_to_string(child.join("stat")).is_ok_and(|it| !it.contains(") Z")) {
        tokio::task::yield_now().await;
    }
    assert!(!stage.session.stop(execution.id), "it has ended");
}

#[tokio::test]
async fn a_script_runs_as_its_author_says_and_nothing_of_it_stays() {
    let stage = Stage::open(
        "<Command id=\"python\" path=\"a.py\" usePty={false} />\n\n\
         <Command id=\"terminal\" command=\"test -t 1 && echo yes\" />\n\n\
         <Command id=\"pipe\" usePty={false} command=\"test -t 1 || echo no\" />\n\n\
         <Command id=\"slow\" timeoutMs={50} command=\"sleep 1000\" />\n\n\
         <Command id=\"windows\" path=\"windows.sh\" />\n",
        &[
            ("a.py", "#!/usr/bin/env python3\nimport sys, os\nprint(sys.argv[0].endswith('/script'), oct(os.stat(__file__).st_mode)[-3:])\n"),
            ("windows.sh", "#!/bin/bash\r\necho\r\n"),
        ],
    )
    .await;
    assert_eq!(stage.run("python").await.output, "True 700\n");
    assert_eq!(stage.run("terminal").await.output, "yes\n");
    assert_eq!(stage.run("pipe").await.output, "no\n");
    assert!(matches!(stage.run("slow").await.outcome, Outcome::TimedOut { .. }));
    let error = stage.start("windows").await.unwrap_err().to_string();
    assert!(error.contains("Windows line ends"), "{error}");
    assert_eq!(stage.workspaces(), Vec::<String>::new());
}

#[tokio::test]
async fn credentials_reach_the_scripts_that_name_them_and_no_others() {
    let document = "<AwsAuth id=\"aws\" />\n\n\
        <Command id=\"asks\" awsAuthId=\"aws\" command=\"export KEPT=1 AWS_SESSION_TOKEN=left; \
        echo $AWS_ACCESS_KEY_ID ${AWS_SECRET_ACCESS_KEY:0:6} $AWS_REGION; echo id=$AWS_SECRET_ACCESS_KEY >> $RUNBOOK_OUTPUT\" />\n\n\
        <Command id=\"others\" command=\"echo [$KEPT] [${AWS_ACCESS_KEY_ID-}${AWS_SECRET_ACCESS_KEY-}${AWS_SESSION_TOKEN-}]\" />\n";
    let env =
        [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE0001"), ("AWS_SECRET_ACCESS_KEY", "secret-of-the-user")];
    let stage = Stage::with_env(document, &[], &env).await;
    assert_eq!(stage.run("others").await.output, "[] []\n", "it names nobody");
    let refused = stage.start("asks").await.unwrap_err();
    assert!(refused.to_string().contains("needs aws; sign in there first"), "{refused}");
    assert!(stage.session.standing("aws").unwrap().found.environment);
    let account = stage.session.sign_in("aws", &SignInMethod::Environment).await.unwrap();
    assert!(account.starts_with("environment") && !account.contains("AKIA"), "{account}");
    let asks = stage.run("asks").await;
    assert_eq!(asks.output, "*** secret us-east-1\n", "values are hidden in what is printed");
    assert!(!asks.left.to_string().contains("secret-of"), "{}", asks.left);
    assert_eq!(stage.run("others").await.output, "[1] []\n", "nor is it carried on");
    stage.session.sign_out("aws");
    assert!(matches!(stage.start("asks").await, Err(LocalError::SignIn { .. })));
    let nobody = stage.session.sign_in("asks", &SignInMethod::Environment).await.unwrap_err();
    assert!(nobody.to_string().contains("asks signs nobody in"), "{nobody}");
}

#[tokio::test]
async fn a_repository_is_cloned_and_later_scripts_find_it() {
    let document = "<Command id=\"makes\" command=\"git init -q -b main there; cd there; git config user.email a@example.com; \
        git config user.name a; echo x > file; git add .; git commit -qm one; cd ..\" />\n\n\
        <GitClone id=\"copy\" prefilledLocalPath=\"here\" />\n\n\
        <Command id=\"looks\" command=\"ls $REPO_FILES; echo {{ .outputs.copy.file_count }} {{ .outputs.copy.ref }}\" />\n";
    let stage = Stage::open(document, &[]).await;
    assert_eq!(stage.run("makes").await.outcome, exited(0));
    let url = format!("file://{}", stage.path("there").display());
    let registry = stage.session.registry();
    let clone = async |url: &str| {
        let inputs = json!({ "url": url, "ref": "", "repo_path": "", "local_path": "here" });
        let copy = registry.of_component("copy").unwrap();
        let started = stage.session.start(copy, inputs.as_object().unwrap()).await.unwrap();
        stage.ended(&started).await
    };
    let evil = clone("--upload-pack=touch evil").await;
    assert_eq!(evil.outcome, exited(1), "{}", evil.output);
    assert!(clone("ext::sh -c touch% evil").await.outcome != exited(0));
    assert!(!stage.path("evil").exists());
    let copied = clone(&url).await;
    assert_eq!(copied.outcome, exited(0), "{}", copied.output);
    assert_eq!(copied.left["outputs"]["repo_name"], "there");
    assert_eq!(stage.run("looks").await.output, "file\n1 main\n");
    let again = clone(&url).await;
    assert!(again.output.contains("here is there already"), "{}", again.output);
}
