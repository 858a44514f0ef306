use super::*;

fn one(runtime: Runtime, text: &str) -> Result<String, InvalidDependency> {
    let parsed = parse(runtime, &[text.to_owned()])?;
    Ok(parsed[0].canonical())
}

#[test]
fn names_and_constraints_of_each_ecosystem_are_read() {
    for (runtime, text, canonical) in [
        (Runtime::Python, "numpy", "numpy[]"),
        (Runtime::Python, "numpy>=1.0,<3", "numpy[]<3,>=1.0"),
        (Runtime::Python, "numpy < 3, >= 1.0", "numpy[]<3,>=1.0"),
        (Runtime::Python, "Foo_.bar[b, a]~=1.4.2", "foo-bar[a,b]~=1.4.2"),
        (Runtime::Python, "pkg==1!2.0.*", "pkg[]==1!2.0.*"),
        (Runtime::Python, "pkg!=2.0rc1+local.1", "pkg[]!=2.0rc1+local.1"),
        (Runtime::Node, "lodash", "lodash[]"),
        (Runtime::Node, "@scope/pkg@^1", "@scope/pkg[]^1"),
        (Runtime::Typescript, "left-pad@1.3.0", "left-pad[]1.3.0"),
        (Runtime::Node, "typescript@next", "typescript[]next"),
        (Runtime::Node, "a@>=1.2 <2 || ~3.1.0-beta.1", "a[]>=1.2 <2 || ~3.1.0-beta.1"),
        (Runtime::Node, "a@1.x", "a[]1.x"),
        (Runtime::Node, "a@1.0.0 - 2.0.0", "a[]1.0.0 - 2.0.0"),
        (Runtime::Go, "rsc.io/quote", "rsc.io/quote[]"),
        (Runtime::Go, "github.com/google/uuid@v1.6.0", "github.com/google/uuid[]v1.6.0"),
        (Runtime::Go, "gopkg.in/yaml.v3@latest", "gopkg.in/yaml.v3[]latest"),
        (Runtime::Go, "example.com/a@>=v1.2.3", "example.com/a[]>=v1.2.3"),
        (Runtime::Rust, "serde@1", "serde[]1"),
        (Runtime::Rust, "serde[derive]@>=1.0.100, <2", "serde[derive]<2,>=1.0.100"),
        (Runtime::Rust, "rand@=0.8.5", "rand[]=0.8.5"),
        (Runtime::Rust, "x@1.*", "x[]1.*"),
        (Runtime::Bash, "jq", "jq[]"),
        (Runtime::Bash, "g++", "g++[]"),
        (Runtime::Bash, "libssl3=3.0.11-1~deb12u2", "libssl3[]3.0.11-1~deb12u2"),
        (Runtime::Bash, "x11-apps=1:7.7+9", "x11-apps[]1:7.7+9"),
    ] {
        assert_eq!(one(runtime, text).as_deref(), Ok(canonical), "{text}");
    }
}

#[test]
fn options_paths_urls_and_metacharacters_are_refused_for_every_language() {
    let hostile = [
        "",
        " ",
        "-r",
        "--index-url=http://evil.example",
        "-e git+https://evil.example/x",
        "--",
        ".",
        "..",
        "./x",
        "../x",
        "/etc/passwd",
        "~/x",
        "file:///etc/passwd",
        "https://evil.example/x.whl",
        "git+ssh://evil.example/x",
        "x; rm -rf /",
        "x && y",
        "x|y",
        "x`id`",
        "$(id)",
        "x\ny",
        "x\ty",
        "x\0",
        "x>y",
        "x>/opt/python/pwn",
        "x 'y",
        "x \"y\"",
        "x --index-url=http://evil.example",
        "naïve",
        "x\u{202e}y",
        "x@",
        "x@file:../y",
        "x@npm:y",
        "x@https:y",
        "x@ ; id",
        "x @ file:y",
        "x#egg",
        "x?y",
        "x%2e",
        "x\\y",
        "x{y}",
        "@",
        "@/x",
        "@x/",
        "=1",
        "[a]",
        "x[",
        "x[]",
        "x[a",
        "x[a]]",
        "x==",
        "x==;",
        "x=--y",
    ];
    for runtime in Runtime::ALL {
        for text in hostile {
            let refused = one(runtime, text).unwrap_err();
            let message = refused.to_string();
            assert!(message.contains("; write "), "{runtime} {text:?}: {message}");
        }
        assert!(one(runtime, &"a".repeat(400)).is_err());
    }
}

#[test]
fn what_one_ecosystem_knows_is_no_dependency_of_another() {
    for (runtime, text) in [
        (Runtime::Python, "@scope/pkg"),
        (Runtime::Python, "numpy; python_version < '3'"),
        (Runtime::Python, "numpy @ https://evil.example/x.whl"),
        (Runtime::Python, "numpy 1.0"),
        (Runtime::Node, "user/repository"),
        (Runtime::Node, "github:user/repository"),
        (Runtime::Node, "x@user/repository"),
        (Runtime::Node, "x.tgz/"),
        (Runtime::Go, "fmt"),
        (Runtime::Go, "example.com/../x"),
        (Runtime::Go, "example.com//x"),
        (Runtime::Go, "example.com/x@none"),
        (Runtime::Go, "example.com/x@-v"),
        (Runtime::Rust, "1x"),
        (Runtime::Rust, "serde@latest"),
        (Runtime::Rust, "serde --git x"),
        (Runtime::Bash, "jq-"),
        (Runtime::Bash, "JQ"),
        (Runtime::Bash, "jq:arm64"),
        (Runtime::Bash, "jq/stable"),
    ] {
        assert!(one(runtime, text).is_err(), "{runtime} {text}");
    }
}

#[test]
fn the_message_says_which_and_what_the_rule_is() {
    let error = one(Runtime::Python, "--index-url=http://evil.example").unwrap_err().to_string();
    assert!(error.starts_with("\"--index-url=http://evil.example\" is no dependency of python"));
    assert!(error.contains("it is an option; write a name as on PyPI"), "{error}");
}

#[test]
fn crates_and_their_features_are_understood_as_programs_for_tinirun_name_them() {
    let set = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|it| (*it).to_owned()).collect();
        parse(Runtime::Rust, &names)
    };
    let ours = set(&["serde[derive,rc]@1.0", "tokio@1.0"]);
    assert_eq!(set(&["serde=1.0", "tokio=1.0", "--features", "serde/derive", "serde/rc"]), ours);
    assert_eq!(set(&["tokio=1.0", "serde[rc]=1.0", "--features", "serde/derive,serde/rc"]), ours);
    for hostile in [
        &["serde", "--features"][..],
        &["serde", "--features", "derive"],
        &["serde", "--features", "tokio/full"],
        &["serde", "--features", "serde/derive", "--git", "x/y"],
        &["serde", "--features", "serde/--git"],
        &["serde", "--git", "https://evil.example/x"],
    ] {
        assert!(set(hostile).is_err(), "{hostile:?}");
    }
}

#[test]
fn an_order_or_a_spelling_makes_no_other_set() {
    let set = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|it| (*it).to_owned()).collect();
        parse(Runtime::Python, &names)
    };
    assert_eq!(set(&["B", "a>=1"]), set(&["a >= 1", "b"]));
    let twice = Err(InvalidDependency::Twice { name: "a-b".to_owned() });
    assert_eq!(set(&["a_b", "A.b==1"]), twice);
    let many: Vec<_> = (0..=MOST).map(|it| format!("p{it}")).collect();
    let too_many = Err(InvalidDependency::TooMany { count: MOST + 1 });
    assert_eq!(parse(Runtime::Python, &many), too_many);
}

proptest::proptest! {
    #[test]
    fn nothing_that_a_tool_could_take_for_an_option_or_a_path_gets_through(text: String) {
        for runtime in Runtime::ALL {
            if let Ok(parsed) = parse(runtime, std::slice::from_ref(&text)) {
                let name = &parsed[0].name;
                proptest::prop_assert!(!name.starts_with(['-', '.', '/', '~']));
                proptest::prop_assert!(!name.split('/').any(|it| it == ".."));
                let version = &parsed[0].version;
                proptest::prop_assert!(!version.starts_with('-') && !version.contains(['/', ':'])
                    || runtime == Runtime::Bash);
            }
        }
    }
}
