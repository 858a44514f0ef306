//! What a template needs, and where a shell would read a value as code.

#![expect(clippy::unwrap_used, reason = "a broken template should stop the test")]

use template::{Severity, Spot, Template};

/// `inputs | outputs` as the scan finds them.
fn needs(text: &str) -> String {
    let needs = Template::parse("t", text).unwrap().needs();
    let inputs: Vec<_> = needs.inputs.into_iter().map(|it| it.name).collect();
    let outputs: Vec<_> =
        needs.outputs.into_iter().map(|it| format!("{}.{}", it.name.block, it.name.key)).collect();
    format!("{} | {}", inputs.join(" "), outputs.join(" "))
}

#[test]
fn inputs_and_outputs_are_found_wherever_a_template_names_them() {
    let rows = [
        ("plain .inputs.Not and .outputs.not.this", " | "),
        ("{{ .inputs.Region }} {{.inputs.Region}} {{ .Legacy }}", "Region Legacy | "),
        (
            "{{ .outputs.make-account.id }}{{.outputs.make_net.id | upper | trimSpace}}",
            " | make-account.id make_net.id",
        ),
        ("{{ .outputs.alone }} {{ .outputs }} {{ .inputs }} {{ . }}", " | "),
        (
            "{{ range (fromJson .outputs.users.all) }}{{ .name }}{{ $.inputs.X }}{{ end }}",
            "X | users.all",
        ),
        ("{{ range $k, $v := .inputs.Tags }}{{ $k }}{{ $v.inputs.no }}{{ end }}", "Tags | "),
        (
            "{{ with .inputs }}{{ .Name }}{{ end }}{{ with .outputs.b }}{{ .k }}{{ end }}",
            "Name | b.k",
        ),
        ("{{ $o := .outputs.b }}{{ $o.k }}{{ $o = 1 }}{{ $o.other }}", " | b.k"),
        (
            "{{ index .inputs \"A\" }}{{ get .inputs \"B\" }}{{ index .outputs \"b\" \"k\" }}",
            "A B | b.k",
        ),
        (
            "{{ if and .inputs.A (not .inputs.B) }}{{ .inputs.C }}{{ else }}{{ .inputs.D }}{{ end }}",
            "A B C D | ",
        ),
        (
            "{{ define \"t\" }}{{ .inputs.A }}{{ template \"t\" . }}{{ end }}{{ template \"t\" . }}",
            "A | ",
        ),
        (
            "{{ define \"t\" }}{{ .A }}{{ end }}{{ template \"t\" .inputs }}{{ define \"u\" }}{{ .inputs.Z }}{{ end }}",
            "A | ",
        ),
        ("{{ (.inputs).A }}{{ (index .inputs \"M\").k }}", "A M | "),
        ("{{/* .inputs.Gone */}}{{ `.inputs.Text` }}", " | "),
    ];
    for (text, expected) in rows {
        assert_eq!(needs(text), expected, "{text}");
    }
}

#[test]
fn a_need_has_the_place_of_its_first_mention() {
    let needs =
        Template::parse("t", "ä {{ 1 }}\n  {{ upper .inputs.B }}{{ .inputs.A }}").unwrap().needs();
    let places: Vec<_> =
        needs.inputs.iter().map(|it| (it.name.as_str(), it.line, it.column)).collect();
    assert_eq!(places, [("B", 2, 12), ("A", 2, 27)]);
}

/// Each finding as `line:column spot`.
fn injections(text: &str) -> Vec<String> {
    let template = Template::parse("t", text).unwrap();
    let found = template.injections(&|name| name.starts_with("Int"));
    found.iter().map(|it| format!("{}:{} {:?}", it.line, it.column, it.spot)).collect()
}

#[test]
fn a_value_is_found_where_a_shell_would_read_it_as_code() {
    let rows: &[(&str, &[&str])] = &[
        ("echo {{ .inputs.A }}", &["1:9 Unquoted"]),
        ("echo \"x {{ .A }} y\"", &["1:12 DoubleQuotes"]),
        ("echo '{{ .A }}'", &["1:10 SingleQuotes"]),
        ("echo \"$(cat {{ .A }})\"", &["1:16 Unquoted"]),
        ("echo `cat {{ .A }}`", &["1:14 Unquoted"]),
        ("x=\"$(echo \"{{ .A }}\")\"; y={{ .B }}", &["1:15 DoubleQuotes", "1:30 Unquoted"]),
        ("# about {{ .A }}\necho ok", &["1:12 Comment"]),
        ("echo a#b {{ .A }}", &["1:13 Unquoted"]),
        ("eval \"run {{ .A }}\"", &["1:14 Eval"]),
        ("bash -c 'run {{ .A }}'", &["1:17 Eval"]),
        ("cat <<END\n{{ .A }}\nEND\necho '{{ .B }}'", &["2:4 HereDocument", "4:10 SingleQuotes"]),
        ("cat <<-'END'\n\t{{ .A }}\n\tEND\necho {{ .B }}", &["4:9 Unquoted"]),
        ("cat <<< {{ .A }}", &["1:12 Unquoted"]),
        ("echo \\\" {{ .A }}", &["1:12 Unquoted"]),
        ("{{ if .A }}echo '{{ else }}echo {{ end }}{{ .B }}'", &["1:45 SingleQuotes"]),
        ("{{ range .inputs.L }}rm {{ . }}\n{{ end }}", &["1:28 Unquoted"]),
        ("{{ $x := .A }}", &[]),
        ("echo {{ .inputs.Int }} {{ .Int2 }} {{ len .A }} {{ .A | sha256sum }}", &[]),
        ("echo {{ .A | shellQuote }} {{ \"fixed\" }} {{ ternary \"a\" \"b\" .inputs.Int }}", &[]),
        ("echo \"{{ .A | shellQuote }}\"", &["1:10 DoubleQuotes"]),
        ("echo {{ default .A .Int }} {{ default 3 .Int }}", &["1:9 Unquoted"]),
        ("echo {{ .outputs.b.Int }}", &["1:9 Unquoted"]),
        ("{{ range .L }}{{ .Int }}{{ end }}", &["1:18 Unquoted"]),
    ];
    for (text, expected) in rows {
        assert_eq!(injections(text), *expected, "{text}");
    }
}

#[test]
fn a_finding_says_what_to_do() {
    let template = Template::parse("t", "rm -r {{ .inputs.Dir }}").unwrap();
    let found = template.injections(&|_| false);
    assert_eq!(found[0].severity, Severity::Danger);
    assert_eq!(found[0].spot, Spot::Unquoted);
    let message = found[0].message();
    assert!(message.contains("`.inputs.Dir` stands outside of quotes"), "{message}");
    assert!(message.contains("`env:`"), "{message}");
}
