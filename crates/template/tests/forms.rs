//! `boilerplate.yml`: what it asks for, which values it takes, and the files that a folder becomes.

#![expect(clippy::unwrap_used, reason = "a broken form should stop the test")]

use serde_json::{Map, Value as Json, json};
use template::{File, Files, Form, Kind, Level, TreeError, World, render_tree, tree_needs};

fn object(value: Json) -> Map<String, Json> {
    value.as_object().unwrap().clone()
}

fn errors(text: &str) -> Vec<String> {
    let form = Form::parse(text);
    let errors = form.diagnostics.iter().filter(|it| it.level == Level::Error);
    errors.map(|it| format!("{}:{} {}", it.line, it.column, it.message)).collect()
}

const SERVICE: &str = r#"
variables:
  - name: Replicas
    description: How many of it run
    type: int
    default: 2
    order: 2
    x-section: Size
  - name: Name
    type: string
    order: 1
    validations:
      - required
      - type: length
        min: 3
        max: 10
        message: short enough for a host
      - regex("^[a-z]+$")
  - name: Host
    default: "{{ .inputs.Name }}.{{ .Zone }}"
  - name: Zone
    default: "{{ .inputs.Stage | upper }}-{{ .outputs.make_net.id }}"
  - name: Stage
    type: enum
    options: [dev, prod, 1]
    default: dev
  - name: Public
    type: bool
    default: no
  - name: Ratio
    type: float
    default: 1
    x-section: Size
  - name: Admins
    type: list
    x-options: [ann, bob, cleo]
    default: [ann]
    sensitive: true
    validations: required
  - name: Accounts
    type: map
    x-schema: { id: string, count: int }
    x-schema-instance-label: Account
    default: {}
"#;

#[test]
fn a_form_says_what_it_asks_for_in_its_order() {
    let form = Form::parse(SERVICE);
    assert_eq!(form.diagnostics, []);
    let names: Vec<_> = form.variables.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        names,
        ["Name", "Replicas", "Host", "Zone", "Stage", "Public", "Ratio", "Admins", "Accounts"]
    );
    let sections: Vec<_> =
        form.sections().into_iter().map(|it| (it.name, it.variables.len())).collect();
    assert_eq!(sections, [(String::new(), 7), ("Size".to_owned(), 2)]);
    let name = form.variable("Name").unwrap();
    assert_eq!((name.kind, name.line, name.column), (Kind::String, 9, 5));
    let rules: Vec<_> = name.validations.iter().map(|it| it.rule.written()).collect();
    assert_eq!(rules, ["required", "length(3, 10)", "regex(\"^[a-z]+$\")"]);
    assert_eq!(form.variable("Stage").unwrap().options, ["dev", "prod", "1"]);
    assert!(form.variable("Admins").unwrap().sensitive);
    assert_eq!(form.variable("Accounts").unwrap().instance_label.as_deref(), Some("Account"));
}

#[test]
fn values_become_of_their_kind_and_defaults_follow_each_other() {
    let form = Form::parse(SERVICE);
    let given = object(json!({
        "Name": "shop", "Replicas": "3", "Public": "true", "Ratio": "0.5", "Admins": "[\"bob\"]",
        "Accounts": {"main": {"id": 12, "count": "4"}}, "Shared": {"x": 1},
    }));
    let outputs = object(json!({"make-net": {"id": "net-1"}}));
    let values = form.values(&given, &outputs, &World::default()).unwrap();
    assert_eq!(
        Json::Object(values),
        json!({
            "Name": "shop", "Replicas": 3, "Host": "shop.DEV-net-1", "Zone": "DEV-net-1", "Stage": "dev",
            "Public": true, "Ratio": 0.5, "Admins": ["bob"],
            "Accounts": {"main": {"id": "12", "count": 4}}, "Shared": {"x": 1},
        })
    );
}

#[test]
fn what_is_wrong_with_values_is_said_for_all_at_once_and_without_the_values() {
    let form = Form::parse(SERVICE);
    let given = object(json!({
        "Name": "secretive-name", "Replicas": "many", "Public": "perhaps", "Stage": "test", "Admins": ["dan"],
        "Accounts": {"main": {"count": "x"}}, "Host": "{{ .inputs.Name }}", "Zone": "z",
    }));
    let problems = form.values(&given, &Map::new(), &World::default()).unwrap_err();
    let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "`Replicas` must be a whole number",
            "`Public` must be true or false",
            "`Name` must have 3 to 10 characters: short enough for a host",
            "`Stage` must be one of dev, prod, 1",
            "`Admins` must be one of ann, bob, cleo",
            "`Accounts` must be a whole number in `count` of `main`",
        ]
    );
}

#[test]
fn what_somebody_gave_is_no_template() {
    let form =
        Form::parse("variables:\n  - name: A\n  - name: B\n    default: \"<{{ .inputs.A }}>\"\n");
    let given = object(json!({"A": "{{ .inputs.B }}"}));
    let values = form.values(&given, &Map::new(), &World::default()).unwrap();
    assert_eq!(Json::Object(values), json!({"A": "{{ .inputs.B }}", "B": "<{{ .inputs.B }}>"}));
}

#[test]
fn defaults_that_need_each_other_are_a_problem_of_both() {
    let form = Form::parse(
        "variables:\n  - name: A\n    default: \"{{ .B }}\"\n  - name: B\n    default: \"{{ .inputs.A }}\"\n",
    );
    let problems = form.values(&Map::new(), &Map::new(), &World::default()).unwrap_err();
    assert_eq!(problems.len(), 2);
    assert_eq!(problems[0].to_string(), "`A` has a default that depends on itself, by way of A, B");
}

#[test]
fn validations_of_texts_allow_what_they_name() {
    let rows = [
        ("email", "ada@example.com", "ada@example"),
        ("url", "https://example.com/x?y#z", "example.com"),
        ("alpha", "abc", "ab1"),
        ("digit", "0123", "1.5"),
        ("alphanumeric", "a1", "a-1"),
        ("countrycode2", "DE", "deu"),
        ("semver", "v1.2.3-rc.1", "1.2"),
        ("length-2-4", "abc", "a"),
        ("length(2, 4)", "äöüß", "abcde"),
        ("regex('^x+$')", "xx", "xy"),
    ];
    for (rule, good, bad) in rows {
        let form =
            Form::parse(&format!("variables:\n  - name: A\n    validations: {}\n", json!(rule)));
        assert_eq!(form.diagnostics, [], "{rule}");
        let allows = |value: &str| {
            form.values(&object(json!({"A": value})), &Map::new(), &World::default()).is_ok()
        };
        assert!(allows(good) && allows("") && !allows(bad), "{rule}");
    }
}

#[test]
fn what_is_wrong_with_a_form_has_a_place() {
    assert_eq!(errors(""), Vec::<String>::new());
    assert_eq!(errors("- 1"), ["1:1 the file is no map with `variables`"]);
    assert_eq!(
        errors("variables:\n  - name: A\n    type: color\n  - type: int\n  - name: A\n"),
        [
            "3:11 `A` has the type `color`, which is none of string, int, float, bool, enum, list and map",
            "4:5 a variable has no `name`",
            "5:5 there are two variables `A`",
        ]
    );
    assert_eq!(
        errors(
            "variables:\n  - name: A\n    type: int\n    default: x\n  - name: B\n    type: enum\n  - name: inputs\n"
        ),
        [
            "4:14 the default of `A` must be a whole number",
            "5:5 `B` is an enum without `options`",
            "7:5 `inputs` is no name for a variable: templates need it",
        ]
    );
    assert_eq!(
        errors(
            "variables:\n  - name: A\n    validations:\n      - required\n      - shiny\n      - regex(\"(\")\n      - length(5,1)\n"
        ),
        [
            "5:9 `A`: there is no validation `shiny`",
            "6:9 `A`: `(` is no pattern",
            "7:9 `A`: a length from 5 to 1 is none",
        ]
    );
    assert_eq!(
        errors(
            "dependencies:\n  - name: x\n    template-url: https://example.com/x\n  - name: y\n"
        ),
        [
            "2:5 `https://example.com/x`: a dependency is a folder, relative to this one",
            "4:5 a dependency needs a `name` and a `template-url`",
        ]
    );
    let broken = errors("variables:\n  - name: A\n    default: [1,\n");
    assert_eq!(broken.len(), 1);
    assert!(broken[0].contains("the YAML cannot be read"), "{broken:?}");
    let hooks = Form::parse("hooks:\n  before:\n    - command: rm\npartials: [x]\n");
    let notices: Vec<_> = hooks.diagnostics.iter().map(|it| (it.level, it.line)).collect();
    assert_eq!(notices, [(Level::Notice, 1), (Level::Notice, 4)]);
    assert!(hooks.is_usable());
}

fn files(entries: &[(&str, &str)]) -> Files {
    let file = |text: &str| File { bytes: text.as_bytes().to_vec(), mode: 0o644 };
    entries.iter().map(|(name, text)| ((*name).to_owned(), file(text))).collect()
}

fn shown(made: &Files) -> Vec<String> {
    made.iter()
        .map(|(name, file)| format!("{name}: {}", String::from_utf8_lossy(&file.bytes)))
        .collect()
}

fn tree() -> Files {
    let mut files = files(&[
        (
            "app/boilerplate.yml",
            r#"
variables:
  - { name: Name, validations: [required] }
  - { name: Docs, type: bool, default: false }
  - { name: "db.Size", type: int, default: 7 }
dependencies:
  - name: db
    template-url: ../db
    output-folder: "{{ .inputs.Name }}-db"
    variables:
      - { name: User, default: "{{ .Name }}-user" }
  - name: off
    template-url: ../missing
    output-folder: x
    skip: "{{ not .inputs.Docs }}"
skip_files:
  - path: "docs/**"
    if: "{{ not .inputs.Docs }}"
  - path: "*.bak"
hooks:
  after: [{ command: rm }]
"#,
        ),
        ("app/{{ .inputs.Name }}/main.tf", "name = {{ .inputs.Name | printf \"%q\" }}\n"),
        ("app/run.sh", "#!/bin/sh\necho plain\n"),
        ("app/docs/a/b.md", "{{ .broken"),
        ("app/old.bak", "x"),
        ("app/inc.txt", "{{ include \"part/p.txt\" (dict \"n\" .Name) }} in {{ templateFolder }}"),
        ("app/part/p.txt", "{{ default \"?\" (get . \"n\") }}"),
        ("db/boilerplate.yml", "variables:\n  - name: User\n  - name: Size\n    type: int\n"),
        ("db/db.sql", "create user {{ .User }}; -- {{ .inputs.Name }} {{ .inputs.Size }}"),
    ]);
    files.insert(
        "app/logo.png".to_owned(),
        File { bytes: vec![0x89, 0, b'{', b'{', 0xff], mode: 0o644 },
    );
    files.get_mut("app/run.sh").unwrap().mode = 0o755;
    files
}

#[test]
fn a_folder_becomes_files_with_what_it_depends_on() {
    let given = object(json!({"Name": "shop"}));
    let made = render_tree(&tree(), "app", &given, &Map::new(), &World::default()).unwrap();
    assert_eq!(
        shown(&made),
        [
            "inc.txt: shop in app",
            "logo.png: \u{fffd}\0{{\u{fffd}",
            "part/p.txt: ?",
            "run.sh: #!/bin/sh\necho plain\n",
            "shop-db/db.sql: create user shop-user; -- shop 7",
            "shop/main.tf: name = \"shop\"\n",
        ]
    );
    assert_eq!(made["run.sh"].mode, 0o755);
    assert_eq!(made["logo.png"].bytes, [0x89, 0, b'{', b'{', 0xff]);
}

fn error_of(files: &Files, given: Json) -> TreeError {
    render_tree(files, "app", &object(given), &Map::new(), &World::default()).unwrap_err()
}

#[test]
fn no_file_leaves_the_output() {
    for name in ["../up", "a/../../up", "/etc/passwd", "a/..", "..", "x\\..\\y", "", ".", "a\nb"] {
        let set = files(&[("app/{{ .inputs.Name }}", "x")]);
        let error = error_of(&set, json!({"Name": name}));
        assert!(matches!(error, TreeError::Outside { .. }), "{name:?}: {error}");
        let set = files(&[
            (
                "app/boilerplate.yml",
                "dependencies:\n  - name: d\n    template-url: ../d\n    output-folder: \"{{ .Name }}\"\n",
            ),
            ("d/f", "x"),
        ]);
        if !["", "."].contains(&name) {
            let error = error_of(&set, json!({"Name": name}));
            assert!(matches!(error, TreeError::Outside { .. }), "{name:?}: {error}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_folder_says_where() {
    assert_eq!(error_of(&tree(), json!({})).to_string(), "app: `Name` must be filled in");
    let rows = [
        (
            files(&[("app/a.txt", "x\n {{ .inputs.Gone }}")]),
            "app/a.txt:2:12: `.inputs.Gone` is not set: there is no key `Gone`",
        ),
        (
            files(&[("app/boilerplate.yml", "variables: 3")]),
            "app/boilerplate.yml:1:12: `variables` must be a list",
        ),
        (files(&[("apple/a.txt", "x")]), "there is no template folder `app`"),
        (
            files(&[(
                "app/boilerplate.yml",
                "dependencies:\n  - name: d\n    template-url: ../../d\n    output-folder: d\n",
            )]),
            "there is no template folder `../../d`",
        ),
        (
            files(&[(
                "app/boilerplate.yml",
                "dependencies:\n  - name: d\n    template-url: .\n    output-folder: d\n",
            )]),
            "template folders depend on each other more than 20 deep, last `app`",
        ),
        (
            files(&[("app/boilerplate.yml", "skip_files:\n  - path: \"[\"\n")]),
            "`[` is no pattern of paths",
        ),
    ];
    for (set, expected) in rows {
        assert_eq!(error_of(&set, json!({})).to_string(), expected);
    }
}

#[test]
fn only_what_matches_stays_where_a_form_says_so() {
    let set = files(&[
        ("app/boilerplate.yml", "skip_files:\n  - not_path: \"keep/**\"\n  - not_path: \"*.md\"\n"),
        ("app/keep/a/b.txt", "1"),
        ("app/read.md", "2"),
        ("app/other.txt", "3"),
        ("app/sub/x.md", "4"),
    ]);
    let made = render_tree(&set, "app", &Map::new(), &Map::new(), &World::default()).unwrap();
    assert_eq!(shown(&made), ["keep/a/b.txt: 1", "read.md: 2"]);
}

#[test]
fn a_folder_says_what_its_names_texts_and_defaults_need() {
    let set = files(&[
        (
            "app/boilerplate.yml",
            "variables:\n  - name: A\n    default: \"{{ .outputs.net.id }}\"\n",
        ),
        ("app/{{ .inputs.Name }}.txt", "{{ .inputs.A }}"),
        ("app/broken.txt", "{{ .inputs.B"),
        ("apple/other.txt", "{{ .inputs.C }}"),
    ]);
    let needs = tree_needs(&set, "app");
    assert_eq!(needs.inputs.into_iter().collect::<Vec<_>>(), ["A", "Name"]);
    let outputs: Vec<_> = needs.outputs.into_iter().map(|it| (it.block, it.key)).collect();
    assert_eq!(outputs, [("net".to_owned(), "id".to_owned())]);
}
