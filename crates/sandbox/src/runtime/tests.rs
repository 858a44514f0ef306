use super::*;

fn installed(name: &str, start: Start) -> Installed {
    let runtime = *ALL.iter().find(|it| it.name == name).unwrap();
    Installed {
        runtime,
        toolchains: vec![PathBuf::from("/opt/x")],
        program: PathBuf::from("/opt/x/bin/program"),
        start,
        version_argument: "--version",
        system_path: SYSTEM_PATH.into(),
        system_env: [("RUSTUP_HOME", "/r"), ("HOME", "/root")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        added_env: Arc::default(),
    }
}

#[test]
fn a_name_outside_the_table_is_no_runtime() {
    assert!(discover("").get("cobol").is_none());
}

#[test]
fn a_missing_runtime_says_how_to_install_it() {
    let missing = MissingRuntime { name: "node", place: "in the image", package: "nodejs" };
    assert_eq!(
        missing.to_string(),
        "node is not installed in the image; on Debian and Ubuntu: apt install nodejs"
    );
}

#[test]
fn a_hostile_file_name_stays_an_argument() {
    let source = "/tmp/$(id); rm -rf.rs";
    let command = installed("rust", Start::Compile(COMPILE_RUST)).command(source);
    assert_eq!(command[2], COMPILE_RUST);
    assert_eq!(command.last().map(String::as_str), Some(source));
}

#[test]
fn an_interpreter_gets_its_arguments_before_the_source() {
    let command = installed("python", Start::Interpret(&["-u"])).command("/tmp/a.py");
    assert_eq!(command, ["/opt/x/bin/program", "-u", "/tmp/a.py"]);
}

#[test]
fn the_toolchain_comes_first_in_the_path() {
    let environment = installed("node", Start::Interpret(&[])).environment("/tmp");
    let path = environment.iter().find(|(name, _)| name == "PATH").map(|(_, path)| path.as_str());
    assert_eq!(path, Some("/opt/x/bin:/usr/local/bin:/usr/bin:/bin"));
}

#[test]
fn what_the_system_wants_in_the_environment_is_there_unless_it_is_ours_to_say() {
    let environment = installed("rust", Start::Compile(COMPILE_RUST)).environment("/tmp");
    let of = |name: &str| environment.iter().filter(|(it, _)| it == name).collect::<Vec<_>>();
    assert_eq!(of("RUSTUP_HOME"), [&("RUSTUP_HOME".to_owned(), "/r".to_owned())]);
    assert_eq!(of("HOME"), [&("HOME".to_owned(), "/tmp".to_owned())]);
}

#[test]
fn runtimes_of_this_machine_answer_with_a_version() {
    let runtimes = discover("");
    for runtime in ALL {
        match runtimes.get(runtime.name).unwrap() {
            Ok(found) => {
                assert!(found.program.is_absolute());
                let version = runtimes.version(runtime.name).unwrap();
                assert!(version.starts_with(|it: char| it.is_ascii_digit()), "{version}");
            }
            Err(missing) => eprintln!("skipped: {missing}"),
        }
    }
}

#[test]
fn an_images_runtimes_are_those_that_answered() {
    let version = |it: &str| Some(it.to_owned());
    let found = [("python3", version("3.12.1")), ("node", version("22.20.0")), ("rustc", None)];
    let found = image::Found {
        programs: found.into(),
        path: "/opt/python/bin:/bin".into(),
        env: [("PYTHON_VERSION".to_owned(), "3.12".to_owned())].into(),
    };
    let runtimes = Runtimes {
        search: Search::Elsewhere(found),
        found: Default::default(),
        transpiled: OnceLock::new(),
    };
    let python = runtimes.get("python").unwrap().unwrap();
    assert_eq!(python.command("/tmp/a.py"), ["python3", "-u", "/tmp/a.py"]);
    assert_eq!(python.toolchains, Vec::<PathBuf>::new());
    assert_eq!(runtimes.version("python"), Some("3.12.1"));
    let environment = python.environment("/tmp");
    for (name, value) in [("PATH", "/opt/python/bin:/bin"), ("PYTHON_VERSION", "3.12")] {
        assert!(environment.contains(&(name.to_owned(), value.to_owned())), "{environment:?}");
    }
    // Young enough to run it without help.
    assert_eq!(runtimes.get("typescript").unwrap().unwrap().program, PathBuf::from("node"));
    let missing = runtimes.get("bash").unwrap().unwrap_err();
    assert!(missing.to_string().contains("not installed in the image"), "{missing}");
    assert!(runtimes.get("rust").unwrap().is_err(), "nothing links");
}
