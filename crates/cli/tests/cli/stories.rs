//! `runbook run` as a script and a CI service use it, each as one story.

use serde_json::Value;

use crate::{
    exec,
    harness::{Place, installed, sandboxes},
    processes,
};

const DEPLOY: &str = "# Deploy\n
```runnable python name=build\nversion = 41 + 1\nprint('built', version)\n```\n
```runnable python name=ship\nassert version == 42\nprint('shipped')\nraise SystemExit(CODE)\n```\n
```runnable bash name=tell\necho told\n```\n";

#[test]
fn a_document_passes_fails_where_it_says_and_is_read_by_machines() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let place = Place::with("good.md", &DEPLOY.replace("CODE", "0"));
    place.write("bad.md", DEPLOY.replace("CODE", "3"));
    let good = place.runbook(&["run", "good.md"]).expect(0);
    assert_eq!(good.text(), "built 42\nshipped\ntold\n");

    let bad = place.runbook(&["run", "bad.md", "--junit", "report.xml"]).expect(1);
    assert_eq!(bad.text(), "built 42\nshipped\n", "nothing runs after a failure");
    let last = bad.stderr.lines().last();
    assert_eq!(last, Some("failed: bad.md:8: block \"ship\" (python): exit 3"));
    let report = std::fs::read_to_string(place.path("report.xml")).unwrap();
    let parser = format!(
        "import xml.etree.ElementTree as tree\nsuite = tree.fromstring({}.encode()).find('testsuite')\nprint(*(suite.get(it) for it in ('tests', 'failures', 'skipped')), [it.get('name') for it in suite])\n",
        serde_json::to_string(&report).unwrap()
    );
    let read = place.fed(&["exec", "python"], parser.as_bytes()).expect(0);
    assert_eq!(read.text(), "3 1 1 ['build', 'ship', 'tell']\n", "{report}");

    let events = place.runbook(&["run", "bad.md", "--json"]).expect(1).json_lines();
    let of = |event: &str, key: &str| -> Vec<Value> {
        events.iter().filter(|it| it["event"] == event).map(|it| it["data"][key].clone()).collect()
    };
    assert_eq!(of("result", "exit_code"), [0, 3]);
    let printed: String = events.iter().filter_map(|it| it["data"].as_str()).collect();
    assert_eq!(printed, "built 42\nshipped\n", "{events:?}");
}

const LOAD: &str = "---\nrunbook: {inputs: {env: {required: true}}}\n---\n
```runnable bash name=load tag=ci\nread -r line || echo nobody answers; echo load $env\n```\n
```runnable bash name=wait\necho waiting; (exec -a MARKER sleep 1000) & wait\n```\n";

#[test]
fn a_script_is_never_asked_is_told_what_is_missing_and_can_interrupt() {
    if !sandboxes() {
        return;
    }
    let marker = format!("story-{}", std::process::id());
    let place = Place::with("doc.md", &LOAD.replace("MARKER", &marker));
    let missing = place.runbook(&["run", "doc.md", "load", "--tag", "ci"]).expect(2);
    assert!(missing.error().contains("input env: a value is needed"), "{missing:?}");

    // Typed words do not reach it either.
    let given = ["run", "-q", "doc.md", "load", "--tag", "ci", "--input", "env=prod"];
    let answer = place.fed(&given, b"typed\n").expect(0);
    assert_eq!(answer.text(), "nobody answers\nload prod\n");

    let mut running = place.start(&["run", "-q", "doc.md", "wait", "--input", "env=prod"]);
    assert_eq!(running.line(), "waiting", "printed while it still runs");
    processes::eventually("the program runs", || !processes::marked(&marker).is_empty());
    let tree = processes::tree(running.pid());
    running.signal("INT");
    running.end().expect(130);
    processes::expect_gone(&tree, &marker);
}

const GREETS: &str = "---\nrunbook: {dependencies: [greeting>=1]}\n---\n
```runnable python name=set\nimport greeting\n```\n
```runnable python name=say\nprint(greeting.text)\n```\n
```runnable python name=alone kernel=fresh\nimport greeting; print('again', greeting.text)\n```\n";

#[test]
fn a_document_brings_its_packages_and_says_which_it_misses() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let Some(cache) = exec::cache() else { return };
    let place = Place::with("doc.md", GREETS);
    place.write("bare.md", "```runnable python\nimport greeting.more\n```\n");
    let (server, url) = exec::index(&place);
    let kept = cache.path().join("cache").to_string_lossy().into_owned();
    let arguments = ["run", "-q", "doc.md", "--python-index", &url, "--cache-dir", &kept];
    assert_eq!(place.runbook(&arguments).expect(0).text(), "hello\nagain hello\n");
    drop(server);
    // It is kept, and shown to nobody who does not name it.
    assert_eq!(place.runbook(&arguments).expect(0).text(), "hello\nagain hello\n");
    let bare = ["run", "-q", "bare.md", "--python-index", &url, "--cache-dir", &kept];
    let missing = place.runbook(&bare).expect(1);
    assert!(missing.stderr.contains("{dependencies: {python: [greeting]}}"), "{missing:?}");
}

/// A stand-in for matplotlib, which few machines of tests have: it takes its backend as pyplot does, by what
/// the module holds.
const PLOTS: &str = "```file python matplotlib/__init__.py\n```\n
```file python matplotlib/backends/__init__.py\n```\n
```file python matplotlib/backends/backend_agg.py\nclass FigureCanvasAgg: required_interactive_framework = None\n```\n
```file python matplotlib/figure.py\nclass Figure:\n    def savefig(self, file, **_): file.write(b'PNG')\n```\n
```file python matplotlib/pyplot.py
import importlib, os
from .figure import Figure
module = importlib.import_module(os.environ['MPLBACKEND'].removeprefix('module://'))
module.FigureCanvas
class backend:
    locals().update(vars(module))
assert backend.FigureCanvas.required_interactive_framework is None
figures = {}
def plot(): figures.setdefault(1, Figure())
def get_fignums(): return list(figures)
def figure(number): return figures[number]
def close(value): figures.clear()
show = backend.show
```\n
```runnable python\nimport matplotlib.pyplot as plt\nplt.plot()\nplt.show()\n```\n
```runnable python\nplt.plot()\n```\n";

#[test]
fn a_plot_is_shown_when_asked_for_and_at_the_end_of_its_block() {
    if !sandboxes() || !installed("python") {
        return;
    }
    let events = Place::with("doc.md", PLOTS).runbook(&["run", "doc.md", "--json"]).expect(0);
    let shown = events.json_lines().into_iter().filter(|it| it["event"] == "display");
    let shown: Vec<_> = shown.map(|it| (it["block"].clone(), it["data"].to_string())).collect();
    assert_eq!(shown.len(), 2, "{events:?}");
    assert_ne!(shown[0].0, shown[1].0);
    assert!(shown.iter().all(|(_, data)| data.contains("image/png")), "{shown:?}");
}
