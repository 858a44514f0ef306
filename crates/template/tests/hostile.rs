//! What holds for any text: nothing panics, and limits end what would not end.

#![expect(clippy::unwrap_used, reason = "a broken template should stop the test")]

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use template::{ErrorKind, Form, Limits, Template, World};

fn data() -> Json {
    json!({
        "inputs": {"s": "a'b \"c\" $(d) é\n", "n": -3, "f": 2.5, "b": true, "l": [1, "x", null], "m": {"k": {"v": 1}}},
        "s": "text", "n": i64::MIN, "f": 1e300, "l": [3, 1, 2], "m": {"a": 1}, "nil": null,
    })
}

fn small() -> World<'static> {
    World { limits: Limits { steps: 20_000, bytes: 1 << 20, depth: 20 }, ..World::default() }
}

fn everything(text: &str) {
    let Ok(template) = Template::parse("t", text) else { return };
    let _rendered = template.render(&data(), &small());
    let _needs = template.needs();
    let _injections = template.injections(&|it| it.len() > 1);
}

/// Words that templates are made of, glued together at random.
fn template_like() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{{",
        "}}",
        "{{-",
        "-}}",
        " ",
        "\n",
        "if ",
        "else",
        "end",
        "range ",
        "with ",
        "define ",
        "template ",
        "block ",
        "break",
        "continue",
        "\"t\"",
        "$",
        "$x",
        ":=",
        "=",
        ",",
        "|",
        "(",
        ")",
        ".",
        ".s",
        ".n",
        ".l",
        ".m.k",
        ".inputs.s",
        ".nil",
        "1",
        "-9223372036854775808",
        "2.5",
        "'a'",
        "`r`",
        "\"%v%5d%q%[2]*.3f\"",
        "printf ",
        "index ",
        "slice ",
        "list ",
        "dict ",
        "set ",
        "repeat ",
        "trunc ",
        "substr ",
        "wrap ",
        "until ",
        "untilStep ",
        "div ",
        "mod ",
        "round ",
        "date ",
        "duration ",
        "toJson ",
        "toYaml ",
        "fromJson ",
        "regexFind ",
        "semverCompare ",
        "splitn ",
        "abbrev ",
        "merge ",
        "chunk ",
        "seq ",
        "/*",
        "*/",
        "echo '",
        "\"",
        "<<E\n",
        "`",
        "$(",
        "é",
        "\u{0}",
        "\\",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|it| it.concat())
}

const FUNCTIONS: &str = "
    abbrev abbrevboth add ago atoi b32dec b32enc b64dec base camelCase camelcase cat ceil chunk clean coalesce
    concat date dateInZone dateModify deepCopy dig dir div divf duration durationRound eq expandenv ext first
    fromJson fromYaml get has html htmlDate include indent index initials int join js kebabcase keys len
    listSlice lt max merge mod mul nindent numRange omit pick plural pluck printf quote randInt randAlpha
    regexFind regexFindAll regexMatch regexReplaceAll regexSplit relPath repeat replace round roundFloat semver
    semverCompare seq set shuffle slice snakeCase snakecase snippet sortAlpha split splitList splitn sub substr
    swapcase ternary title toDate toDecimal toJson toPrettyJson toYaml trimAll trunc unixEpoch until untilStep
    untitle urlJoin urlParse urlquery wrap wrapWith without";

/// One call of any function with any arguments.
fn call() -> impl Strategy<Value = String> {
    let names: Vec<&str> = FUNCTIONS.split_whitespace().collect();
    let names = prop::sample::select(names);
    let arguments = prop::sample::select(vec![
        "\"\"",
        "\"a\"",
        "\"é日本x\"",
        "\"2006-01-02 .000 _2 Z07:00\"",
        "\"%\"",
        "\"%+#0*.[9]q\"",
        "\"1h-3.5ms\"",
        "\"^(a|b)*$\"",
        "\"-\"",
        "\">=1.x || ~2\"",
        "\"http://[::1]:80/%zz?#\"",
        "\"- a: [\"",
        "0",
        "1",
        "-1",
        "7",
        "100000",
        "9223372036854775807",
        "-9223372036854775808",
        "1.5",
        "-1e308",
        "true",
        "nil",
        ".l",
        ".m",
        ".nil",
        "now",
        "(list)",
        "(dict)",
        "(list \"a\" 1 nil (dict \"k\" 1))",
        "(semver \"1.2.3\")",
        ".inputs",
    ]);
    (names, prop::collection::vec(arguments, 0..4))
        .prop_map(|(name, arguments)| format!("{{{{ {name} {} }}}}", arguments.join(" ")))
}

/// Data without numbers, which JSON of Go reads as floating-point ones.
fn value() -> impl Strategy<Value = Json> {
    let text = prop_oneof![
        "[ -~]{0,12}",
        "[a-z:#&*!?|>'\"%@`{}\\[\\], \n\t-]{0,12}",
        ".{0,6}",
        prop::sample::select(vec![
            "yes",
            "null",
            "~",
            "1e3",
            "0x1f",
            ".5",
            "2024-01-02",
            "1_000",
            "<<",
            "=",
            "a\n",
            "\n a"
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        text.clone().prop_map(Json::String)
    ];
    leaf.prop_recursive(3, 20, 4, move |inner| {
        let entries = prop::collection::btree_map(text.clone(), inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Json::Array),
            entries.prop_map(|it| Json::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_engine_panic(text in template_like()) {
        everything(&text);
    }

    #[test]
    fn no_arguments_make_a_function_panic(text in call()) {
        prop_assert!(Template::parse("t", &text).is_ok());
        everything(&text);
    }

    #[test]
    fn no_text_at_all_makes_it_panic(text in ".{0,60}") {
        everything(&text);
        everything(&format!("{{{{ {text} }}}}"));
    }

    #[test]
    fn no_form_panics(text in "(variables:|\n|  - name: [a-c]|    type: (int|map|enum|bool)|    default: ([0-9]|\\{\\}|\"\\{\\{ \\.[abc] \\}\\}\")|    validations: (required|length\\(1,2\\)|regex\\(\"a+\"\\))){0,20}") {
        let form = Form::parse(&text);
        let empty = serde_json::Map::new();
        let _values = form.values(&empty, &empty, &small());
    }

    #[test]
    fn what_is_written_reads_as_it_was(value in value()) {
        let data = json!({ "v": value });
        for (write, read) in [("toYaml", "fromYaml"), ("toJson", "mustFromJson"), ("toPrettyJson", "mustFromJson")] {
            let text = format!("{{{{ deepEqual .v ({read} ({write} .v)) }}}}");
            let made = Template::parse("t", &text).unwrap().render(&data, &small());
            let written = Template::parse("t", &format!("{{{{ {write} .v }}}}")).unwrap().render(&data, &small());
            prop_assert_eq!(made.as_deref(), Ok("true"), "{:?} of {}", written, &data);
        }
    }

    #[test]
    fn a_text_without_actions_is_what_it_was(text in "[^{]{0,80}") {
        prop_assert_eq!(Template::parse("t", &text).unwrap().render(&data(), &small()).unwrap(), text);
    }
}

fn limited(text: &str) {
    let error = Template::parse("t", text).unwrap().render(&data(), &World::default()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Limit, "{text}: {error}");
}

#[test]
fn what_would_not_end_or_fill_the_memory_is_a_limit() {
    let big = format!(
        "{{{{ $x := {} 1 {} }}}}{{{{ range until 100000 }}}}{{{{ $_ := uniq $x }}}}{{{{ end }}}}",
        "list",
        "2 3 ".repeat(2000)
    );
    for text in [
        "{{ range until 100000 }}{{ range until 1000 }}{{ end }}{{ end }}",
        "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
        "{{ define \"a\" }}{{ template \"b\" . }}{{ end }}{{ define \"b\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
        "{{ $x := \"0123456789\" }}{{ range until 40 }}{{ $x = replaceAll \"0\" $x $x }}{{ end }}",
        "{{ $x := list 1 }}{{ range until 100 }}{{ $x = concat $x $x }}{{ end }}",
        "{{ $x := dict }}{{ range until 1000000 }}{{ $_ := set $x (toString .) 1 }}{{ end }}",
        "{{ $x := \"x\" | repeat 1000000 }}{{ range until 100000 }}{{ if contains \"y\" $x }}{{ end }}{{ end }}",
        "{{ indent 100000 (\"\\n\" | repeat 100000) }}",
        &big,
    ] {
        limited(text);
    }
}

/// A value so deep that dropping it by recursion would exhaust the stack.
#[test]
fn a_deep_value_is_dropped_without_a_deep_stack() {
    let lists = "{{ $x := list }}{{ range until 200000 }}{{ $x = list $x }}{{ end }}done";
    let maps = "{{ $x := dict }}{{ $y := $x }}{{ range until 50000 }}{{ $n := dict }}{{ $_ := set $y \"k\" $n }}{{ $y = $n }}{{ end }}done";
    for text in [lists, maps] {
        let limits = Limits { steps: 50_000_000, bytes: 1 << 30, depth: 10 };
        let world = World { limits, ..World::default() };
        assert_eq!(Template::parse("t", text).unwrap().render(&data(), &world).unwrap(), "done");
    }
}

/// Each of these once took time that grew with the square of the text.
#[test]
fn long_texts_are_read_in_one_pass() {
    let names: String = (0..40_000).map(|it| format!("{{{{ .a{it} }}}}")).collect();
    let template = Template::parse("t", &names).unwrap();
    assert_eq!(template.needs().inputs.len(), 40_000);
    assert_eq!(template.injections(&|_| false).last().map(|it| it.line), Some(1));
    let digits = format!("{{{{ {} }}}}", "1".repeat(1_000_000));
    assert!(Template::parse("t", &digits).is_err());
    let body = format!("{{{{ define \"a\" }}}}{}{{{{ end }}}}", "echo text\n".repeat(50_000));
    let calls = body + &"{{ template \"a\" . }}".repeat(20_000);
    assert!(Template::parse("t", &calls).unwrap().injections(&|_| false).is_empty());
}

#[test]
fn what_nests_too_deeply_is_refused_by_the_parser() {
    let parens = format!("{{{{ {}1{} }}}}", "(".repeat(10_000), ")".repeat(10_000));
    let blocks = format!("{}{}", "{{ if 1 }}".repeat(10_000), "{{ end }}".repeat(10_000));
    for text in [parens, blocks] {
        let error = Template::parse("t", &text).unwrap_err();
        assert!(error.message.contains("nested deeper"), "{error}");
    }
}

/// Ten times the text takes ten times the steps: a template within the limit at one size is at another.
#[test]
fn steps_grow_with_the_text_and_no_faster() {
    let steps_of = |count: usize| {
        let text = "{{ if .s }}{{ .s | upper | printf \"%s-%d\" .s 1 }}{{ end }}\n".repeat(count);
        let template = Template::parse("t", &text).unwrap();
        let fits = |steps: u64| {
            let limits = Limits { steps, ..Limits::default() };
            template.render(&data(), &World { limits, ..World::default() }).is_ok()
        };
        (0..40).map(|it| 1u64 << it).find(|it| fits(*it)).unwrap()
    };
    assert!(steps_of(1_000) <= 16 * steps_of(100));
}
