use super::*;
use crate::TerminalSize;

fn program(argv: &[&str]) -> Program {
    let env = [("PATH", "/usr/bin"), ("LANG", "C.UTF-8")];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Program { env, ..Program::new(argv.iter().copied()) }
}

fn python() -> StandbyPlan {
    StandbyPlan::new("python", &program(&["/usr/bin/python3", "-u", "/tmp/a.py"])).unwrap()
}

fn with(variable: &str, value: &str) -> Program {
    let mut program = program(&["/usr/bin/python3", "-u", "/tmp/a.py"]);
    program.env.push((variable.to_owned(), value.to_owned()));
    program
}

#[test]
fn python_and_node_take_any_source_and_bash_only_its_own() {
    let other = ["/tmp/other", "argument"];
    assert!(python().fits(&program(&["/usr/bin/python3", "-u", "/tmp/other.py", "argument"])));
    let node = StandbyPlan::new("node", &program(&["/bin/node", "/tmp/a.js"])).unwrap();
    assert!(node.fits(&program(&["/bin/node", other[0], other[1]])));
    let bash = StandbyPlan::new("bash", &program(&["/bin/bash", "/tmp/a.sh"])).unwrap();
    assert!(bash.fits(&program(&["/bin/bash", "/tmp/a.sh"])));
    assert!(!bash.fits(&program(&["/bin/bash", other[0]])));
    assert!(!bash.fits(&program(&["/bin/bash", "/tmp/a.sh", other[1]])));
}

#[test]
fn nothing_is_prepared_for_compilers() {
    assert_eq!(StandbyPlan::new("rust", &program(&["/bin/sh", "-c", "x", "/tmp/a.rs"])), None);
}

#[test]
fn another_command_does_not_fit() {
    for argv in [
        &["/usr/bin/python3", "/tmp/a.py"] as &[&str],
        &["/usr/bin/python3", "-u"],
        &["/usr/bin/python3", "-u", "-c"],
        &["/usr/bin/python3.12", "-u", "/tmp/a.py"],
        &["/usr/bin/python3", "-u", "/tmp/ä.py"],
        &["/usr/bin/python3", "-u", &"x".repeat(251)],
    ] {
        assert!(!python().fits(&program(argv)), "{argv:?}");
    }
    let terminal = Some(TerminalSize { rows: 24, columns: 80 });
    let program = program(&["/usr/bin/python3", "-u", "/tmp/a.py"]);
    assert!(!python().fits(&Program { terminal, ..program }));
}

#[test]
fn what_is_read_while_booting_must_be_the_same() {
    assert!(python().fits(&with("GREETING", "hello")));
    assert!(!python().fits(&with("PYTHONHASHSEED", "0")));
    assert!(!python().fits(&with("LC_ALL", "C")));
    assert!(!python().fits(&with("TZ", "UTC")));
}

#[test]
fn a_search_path_is_kept_behind_the_stub() {
    let plan = StandbyPlan::new("python", &with("PYTHONPATH", "/opt/a")).unwrap();
    let prepare = plan.prepare(StandbyId(1), guest::Rlimits::default());
    assert!(prepare.env.contains(&("PYTHONPATH".to_owned(), "/proc/self/fd/4:/opt/a".to_owned())));
}
