"""The measuring of bench-local."""

import http.client
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

TIMES = 60
LINES = 100_000
FILES = 79

DOCUMENT = """# Figures

<Check id="trivial" title="Trivial" command="exit 0" />

<Command id="lines" title="Lines" command="seq 1 %d" timeoutMs={120000} />

<Template id="tree" path="templates/tree" />
""" % LINES


class Opened:
    """A served document, trusted, with the connection of a program that holds its URL."""

    def __init__(self, binary, directory):
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            [binary, "serve", "runbook.mdx", "--trust", "--port", "0"],
            cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        url = self.process.stdout.readline().strip()
        if not url.startswith("http://127.0.0.1:"):
            raise SystemExit(f"the document was not served: {url!r}")
        port, path = url.removeprefix("http://127.0.0.1:").split("/", 1)
        self.connection = http.client.HTTPConnection("127.0.0.1", int(port))
        cookie, page = self.enter("/" + path)
        self.headers = {"cookie": cookie, "origin": f"http://127.0.0.1:{port}", "content-type": "application/json"}
        self.connection.request("GET", page, headers=self.headers)
        response = self.connection.getresponse()
        response.read(1)
        # Seconds from the start of the process to the first byte of the page.
        self.first_byte = time.perf_counter() - begun
        response.read()

    def enter(self, path):
        self.connection.request("GET", path)
        response = self.connection.getresponse()
        response.read()
        return response.getheader("set-cookie").split(";")[0], response.getheader("location")

    def ask(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body) if body is not None else None, self.headers)
        response = self.connection.getresponse()
        data = response.read()
        if response.status >= 400:
            raise SystemExit(f"{method} {path}: {response.status} {data[:500]!r}")
        return data

    def memory(self):
        """Resident and, of it, private bytes of the process."""
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in text.splitlines()[1:]}
        return sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"]

    def end(self):
        self.process.terminate()
        self.process.wait()


def milliseconds(action, times=TIMES):
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        took.append((time.perf_counter() - begun) * 1000)
    took.sort()
    return statistics.median(took), took[len(took) * 95 // 100]


def row(name, figure, asked):
    print(f"| {name} | {figure} | {asked} |", flush=True)


def prepare(directory):
    (directory / "runbook.mdx").write_text(DOCUMENT)
    tree = directory / "templates" / "tree"
    tree.mkdir(parents=True)
    variables = "variables:\n  - {name: Name, type: string, default: figures}\n  - {name: Parts, type: list, default: [a, b, c]}\n"
    (tree / "boilerplate.yml").write_text(variables)
    for number in range(FILES):
        place = tree / f"part-{number % 7}" / f"{{{{ .Name }}}}-{number}.tf"
        place.parent.mkdir(exist_ok=True)
        place.write_text('{{ range .Parts }}\nresource "x" "{{ $.Name | upper }}-{{ . }}" {}\n{{ end }}\n' * 10)


def main(binary):
    binary = os.path.abspath(binary)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="runbook-bench-"))
    state = directory / "state"
    os.environ.update(XDG_STATE_HOME=str(state), HOME=str(state))
    prepare(directory)
    print("| | ours | asked |\n| --- | --: | --: |")
    starts = []
    for _ in range(11):
        opened = Opened(binary, directory)
        starts.append(opened.first_byte * 1000)
        opened.end()
    row("`open` to the first byte of the page", f"{statistics.median(starts):.0f} ms", "< 60 ms")

    opened = Opened(binary, directory)
    resident, private = opened.memory()
    row("memory then, resident (private)", f"{resident / 2**20:.0f} MiB ({private / 2**20:.0f})", "< 30 MiB")

    script = directory / "trivial.sh"
    script.write_text("exit 0\n")
    bare, bare95 = milliseconds(lambda: subprocess.run(["bash", str(script)], check=True))
    executables = json.loads(opened.ask("GET", "/api/runbook/executables"))["executables"].values()
    ids = {it["component_id"]: it["id"] for it in executables}
    click = lambda component: opened.ask("POST", "/api/exec", {"executable_id": ids[component], "template_var_values": {}})
    assert b'"success"' in click("trivial")
    ours, ours95 = milliseconds(lambda: click("trivial"))
    row("a trivial script, bare: median (p95)", f"{bare:.1f} ms ({bare95:.1f})", "")
    row("a click on it, to its result", f"{ours:.1f} ms ({ours95:.1f}) = +{ours - bare:.1f} (+{ours95 - bare95:.1f})", "+15 ms")

    begun = time.perf_counter()
    data = click("lines")
    took = time.perf_counter() - begun
    assert data.count(b"event:log\n") == LINES, data.count(b"event:log\n")
    row(f"{LINES:,} lines of a log, to the last", f"{took:.2f} s", "no stall")
    row("memory then, resident", f"{opened.memory()[0] / 2**20:.0f} MiB", "")

    render = lambda: opened.ask("POST", "/api/local/preview", {"componentId": "tree", "inputs": {}})
    assert len(json.loads(render())["files"]) == FILES
    tree, tree95 = milliseconds(render)
    row(f"a template tree of {FILES} files", f"{tree:.1f} ms ({tree95:.1f})", "< 50 ms")
    opened.end()


main(sys.argv[1])
