use super::*;

/// The parts of an info string in one line.
fn shown(raw: &str) -> String {
    let info = parse(raw, 0);
    let language = info.language.map_or("-".to_owned(), |it| it.key);
    let mark = if let Mark::File { path } = info.mark {
        format!("File({})", path.map_or("-".to_owned(), |it| it.key))
    } else {
        format!("{:?}", info.mark)
    };
    let attributes = info.attributes.iter().map(|it| match it.value.as_str() {
        "" => it.key.clone(),
        value => format!("{}={value}", it.key),
    });
    let classes = info.classes.iter().map(|it| format!(".{it}"));
    let rest: Vec<_> = attributes.chain(classes).collect();
    let malformed = if info.malformed.is_some() { " malformed" } else { "" };
    format!("{mark} {language} [{}]{malformed}", rest.join(" "))
}

#[test]
fn info_strings_of_every_dialect_have_one_shape() {
    for (raw, expected) in [
        ("", "Unmarked - []"),
        ("python", "Unmarked python []"),
        (
            "runnable python name=load needs=a,b timeout=30s",
            "Runnable python [name=load needs=a,b timeout=30s]",
        ),
        ("runnable", "Runnable - []"),
        ("runnable name=x", "Runnable - [name=x]"),
        ("runnable python {name=x}", "Runnable python [name=x]"),
        ("runnables python", "Unmarked runnables [python]"),
        ("file python utils.py", "File(utils.py) python []"),
        ("file data/x.csv", "File(data/x.csv) - []"),
        ("file python", "File(-) python []"),
        ("file text \"my file.txt\" name=x", "File(my file.txt) text [name=x]"),
        ("file", "File(-) - []"),
        ("python {run name=load}", "Run python [name=load]"),
        ("python {run}", "Run python []"),
        ("python{run}", "Run python []"),
        ("python run", "Unmarked python [run]"),
        (
            "sh {\"name\":\"a\",\"background\":true,\"tag\":\"x,y\"}",
            "Unmarked sh [background=true name=a tag=x,y]",
        ),
        ("sh { name=x tag=a,b }", "Unmarked sh [name=x tag=a,b]"),
        ("sh {\"name\":", "Unmarked sh [] malformed"),
        ("{python}", "Quarto python []"),
        ("{r setup, echo=FALSE, fig.cap=\"a, b\"}", "Quarto r [setup echo=FALSE fig.cap=a, b]"),
        ("{{python}}", "ShowOnly python []"),
        ("{{{ python }}}", "ShowOnly - []"),
        ("{code-cell} ipython3", "CodeCell ipython3 []"),
        ("{code-cell}", "CodeCell - []"),
        ("{note} A title", "Directive - []"),
        ("{eval:figure} img", "Directive - []"),
        ("python {.marimo hide_code=\"true\"}", "Marimo python [hide_code=true]"),
        ("{.python.marimo}", "Marimo python []"),
        ("{python.marimo disabled=\"true\"}", "Marimo python [disabled=true]"),
        (
            "{.python .numberLines #one startFrom=\"100\"}",
            "Unmarked python [id=one startFrom=100 .numberLines]",
        ),
        ("rust,editable,edition=2021,ignore", "Unmarked rust [editable edition=2021 ignore]"),
        ("rust, should_panic", "Unmarked rust [should_panic]"),
        ("python tags=[\"a\", \"b\"] key='v w'", "Unmarked python [tags=[\"a\", \"b\"] key=v w]"),
        ("js {1,3-5} title=\"a.js\"", "Unmarked js [1 3-5 title=a.js]"),
        ("bash|{type: 'command', stream: true}", "Unmarked bash []"),
        ("ts:line-numbers {1}", "Unmarked ts [1]"),
        ("c++", "Unmarked c++ []"),
        ("x {", "Unmarked x []"),
        ("x =y {=} \"", "Unmarked x [\"]"),
    ] {
        assert_eq!(shown(raw), expected, "{raw}");
    }
}

#[test]
fn spans_of_attributes_lie_where_they_are_written() {
    let raw = "runnable cobol timeout=\"1 x\" {name=é}";
    let info = parse(raw, 0);
    let written: Vec<_> = info.attributes.iter().map(|it| &raw[it.span.clone()]).collect();
    assert_eq!(written, ["timeout=\"1 x\"", "name=é"]);
    assert_eq!(&raw[info.language.unwrap().span], "cobol");
}
