use super::*;

#[test]
fn what_wrappers_start_is_seen() {
    let started = |text: &str| -> Vec<String> {
        let join = |words: &Vec<Word>| {
            let words = words.iter().map(|it| it.literal().unwrap_or("?").to_owned());
            words.collect::<Vec<_>>().join(" ")
        };
        examine(text).started.iter().map(join).collect()
    };
    assert!(started("sudo -u x make all").contains(&"make all".to_owned()));
    assert!(started("bash -c 'a b; c'").contains(&"a b".to_owned()));
    assert!(started("find . -exec a b {} +").contains(&"a b {} +".to_owned()));
    assert!(started("ls | xargs rm -f").contains(&"rm -f ?".to_owned()));
    assert_eq!(started("grep -e sudo make"), Vec::<String>::new());
}

#[test]
fn plain_calls_of_interpreters_and_editors_are_understood() {
    for text in [
        "python -m pytest -p no:x",
        "python3.12 script.py -c x",
        "node --version",
        "node script.js -e",
        "awk '{ print $1 }' x",
        "sed -n '1,20p' x",
        "sed -i 's/a/b/g' x",
        "sed 's|a|b|' x",
        "cargo test --workspace",
        "bash scripts/test -c x",
    ] {
        assert_eq!(examine(text).unseen, None, "{text}");
    }
}
