//! `runbook audit`: what was written holds, and tampering with the database shows.

use crate::harness::{Place, outside, skipped};

/// A place with three entries in its log.
fn place() -> Place {
    let place = Place::new();
    for name in ["ada", "eve", "joe"] {
        let email = format!("{name}@example.com");
        place.runbook(&["user", "create", name, &email]).expect(0);
    }
    place
}

fn verify(place: &Place) -> crate::harness::Answer {
    place.runbook(&["audit", "verify"])
}

/// Runs statements on the database as somebody with access to its file would; `None` without a `python3`.
fn tamper(place: &Place, sql: &str) -> Option<()> {
    let script = "import sqlite3, sys\n\
        db = sqlite3.connect(sys.argv[1])\n\
        db.executescript('drop trigger audit_no_update; drop trigger audit_no_delete;' + sys.argv[2])\n\
        db.commit()\n";
    let file = place.path("data/hub.db");
    let ran = outside("python3").args(["-c", script]).arg(file).arg(sql).status();
    match ran {
        Ok(status) => {
            assert!(status.success());
            Some(())
        }
        Err(error) => {
            skipped(&format!("python3: {error}"));
            None
        }
    }
}

#[test]
fn what_was_done_on_the_command_line_is_in_the_log_and_verifies() {
    let place = place();
    let answer = verify(&place).expect(0);
    assert!(answer.text().starts_with("3:"), "{answer:?}");
    let entries = place.runbook(&["audit", "export"]).expect(0).json_lines();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0]["action"], "user_create");
    assert_eq!(entries[0]["from"], "command line");
    let noted = answer.text().trim().to_owned();
    place.runbook(&["user", "disable", "eve"]).expect(0);
    place.runbook(&["audit", "verify", "--noted", &noted]).expect(0);
    place.write("export.jsonl", place.runbook(&["audit", "export"]).expect(0).stdout);
    let from_file = place.runbook(&["audit", "verify", "--file", "export.jsonl"]).expect(0);
    assert!(from_file.text().starts_with("4:"), "{from_file:?}");
}

#[test]
fn what_was_changed_removed_or_cut_off_in_the_database_shows() {
    let rows = [
        ("update audit set name = 'uid 4711' where seq = 2", "entry 2 was changed"),
        ("delete from audit where seq = 2", "after entry 1 comes entry 3"),
        ("delete from audit where seq = 3", "its end was cut off"),
        ("delete from audit", "its end was cut off"),
        (
            "delete from audit where seq = 3; delete from setting where name = 'audit_head'",
            "its end",
        ),
        (
            "update audit set seq = 9 where seq = 2; update audit set seq = 2 where seq = 3; update audit set seq = 3 where seq = 9",
            "entry 2 was changed",
        ),
    ];
    for (sql, expected) in rows {
        let place = place();
        if tamper(&place, sql).is_none() {
            return;
        }
        let answer = verify(&place).expect(1);
        assert!(
            answer.error().contains(expected) || answer.error().contains("sealed end"),
            "{sql}: {answer:?}"
        );
    }
}

#[test]
fn the_log_cannot_be_changed_by_accident() {
    let place = place();
    let script = "import sqlite3, sys\n\
        db = sqlite3.connect(sys.argv[1])\n\
        for sql in 'update audit set name = 1', 'delete from audit':\n\
        \x20   try: db.execute(sql)\n\
        \x20   except sqlite3.IntegrityError as error: print(error)\n";
    let ran = outside("python3").args(["-c", script]).arg(place.path("data/hub.db")).output();
    let Ok(output) = ran else {
        skipped("there is no python3");
        return;
    };
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "the audit log is append-only\n".repeat(2));
}

#[test]
fn an_older_copy_of_everything_shows_only_against_what_was_noted() {
    let place = place();
    std::fs::copy(place.path("data/hub.db"), place.path("older.db")).unwrap();
    place.runbook(&["user", "disable", "eve"]).expect(0);
    let noted = verify(&place).expect(0).text().trim().to_owned();
    std::fs::copy(place.path("older.db"), place.path("data/hub.db")).unwrap();
    verify(&place).expect(0);
    let answer = place.runbook(&["audit", "verify", "--noted", &noted]).expect(1);
    assert!(answer.error().contains("its end was cut off"), "{answer:?}");
}

#[test]
fn a_key_that_a_command_wraps_seals_the_log_and_is_not_in_its_file() {
    let place = Place::new();
    place.write("keep", "case $1 in wrap) echo wrapped; cat ;; unwrap) tail -n +2 ;; esac\n");
    let with_key = |arguments: &[&str]| {
        place.runbook(&[arguments, &["--secret-key-command", "sh ./keep"]].concat())
    };
    for name in ["ada", "eve"] {
        with_key(&["user", "create", name, &format!("{name}@example.com")]).expect(0);
    }
    let kept = std::fs::read_to_string(place.path("data/secret.key")).unwrap();
    assert!(kept.starts_with("wrapped\n"), "{kept:?}");
    with_key(&["audit", "verify"]).expect(0);
    let without = place.runbook(&["audit", "verify"]).expect(75);
    assert!(without.error().contains("bytes instead of 32"), "{without:?}");
    let failing = ["audit", "verify", "--secret-key-command", "false"];
    let refused = place.runbook(&failing).expect(75);
    assert!(refused.error().contains("`false unwrap` ended with"), "{refused:?}");
}
