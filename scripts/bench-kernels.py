"""The measuring of bench-kernels."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from bench_hub import Hub

FENCE = "```"
PEER_PORT = 39471
DOCUMENT = f"# Bench\n\n{FENCE}python name=one\nprint(1)\n{FENCE}\n"


class Kernels(Hub):
    """A hub with room for so many sessions, which run one block."""

    def __init__(self, binary, directory, sessions):
        room = ["--max-sandboxes", str(sessions + 8), "--max-sandboxes-per-user", str(sessions + 4)]
        super().__init__(binary, directory, *room)

    def new_runbook(self):
        return self.ask("POST", "/api/runbooks", {"title": "Bench", "content": DOCUMENT})

    def connect(self):
        """A session of a new runbook, and its block."""
        return self.connect_to(self.new_runbook())

    def connect_to(self, runbook):
        """Answered once the session is ready."""
        session = self.ask("POST", f"/api/sessions/connect/{self.user}/{runbook['id']}")
        block = runbook["blocks"][0]
        return session["id"], {"block": block["id"], "content_hash": block["content_hash"], "interactive": True}

    def run(self, session, body):
        """Until the block has ended."""
        execution = self.ask("POST", f"/api/sessions/{session}/executions", body)
        events = self.ask("GET", f"/api/executions/{execution['id']}/events", raw=True)
        said = [json.loads(it) for it in events.splitlines()]
        assert "".join(it["data"] for it in said if it["event"] == "stdout") == "1\n", events


class Jupyter:
    """One ipykernel, asked by its own client."""

    def __init__(self):
        from jupyter_client.blocking import BlockingKernelClient
        from jupyter_client.manager import KernelManager

        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self):
        asked = self.client.execute("print(1)")
        said = ""
        while True:
            message = self.client.get_iopub_msg(timeout=10)
            if message["parent_header"].get("msg_id") != asked:
                continue
            if message["msg_type"] == "stream":
                said += message["content"]["text"]
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                assert said == "1\n", said
                return

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def timed(action, *arguments):
    begun = time.perf_counter()
    result = action(*arguments)
    return time.perf_counter() - begun, result


def memory_of(root):
    """Proportional bytes of a process and all below it: what is shared counts once."""
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                children.setdefault(int(stat.read().rsplit(")", 1)[1].split()[1]), []).append(int(entry))
        except OSError:
            pass
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as rollup:
                total += sum(int(it.split()[1]) for it in rollup if it.startswith("Pss:"))
        except OSError:
            pass
    return total * 1024


def quantiles(times):
    ordered = sorted(times)
    return statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000


def row(name, ours, theirs, unit, asked):
    ratio = f"{ours / theirs:.3f}x" if theirs else "-"
    theirs = f"{theirs:.2f}" if theirs else "-"
    print(f"| {name} | {ours:.2f} {unit} | {theirs} {unit} | {ratio} | {asked} |", flush=True)


def first_page(name, path, *options):
    """Seconds from the start of a server of another maker to its first page; `None` where it is not installed."""
    program = os.path.join(os.path.dirname(sys.executable), name)
    if not os.path.exists(program):
        return None
    begun = time.perf_counter()
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - begun < 120:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PEER_PORT}{path}", timeout=5).read()
                return time.perf_counter() - begun
            except OSError:
                time.sleep(0.01)
        return None
    finally:
        process.terminate()
        process.wait()


def jupyter_server():
    options = ["--no-browser", "--allow-root", f"--port={PEER_PORT}", "--ip=127.0.0.1", "--IdentityProvider.token="]
    return first_page("jupyter-server", "/api/status", *options)


def marimo(directory):
    options = ["--headless", "--no-token", "--skip-update-check", "--host=127.0.0.1", f"--port={PEER_PORT}"]
    return first_page("marimo", "/", "edit", *options, os.path.join(directory, "peer.py"))


def main(binary, runs, sessions):
    directory = tempfile.mkdtemp(prefix="runbook-bench-", dir="/var/cache" if os.access("/var/cache", os.W_OK) else None)
    hub = Kernels(binary, directory, sessions)
    try:
        print("| | ours | peer | ratio | asked |\n| --- | --: | --: | --: | --- |")
        server = jupyter_server()
        row("first page after the process starts; jupyter-server", hub.first_page * 1000, server and server * 1000, "ms", "<= 0.05x")
        server = marimo(directory)
        row("the same; marimo", hub.first_page * 1000, server and server * 1000, "ms", "-")
        ready, (session, block) = timed(hub.connect)
        first, _ = timed(hub.run, session, block)
        try:
            theirs, kernel = timed(Jupyter)
        except ImportError:
            theirs = kernel = None
            print("skipped: ipykernel is not installed")
        row("kernel ready, its first block run", (ready + first) * 1000, theirs and theirs * 1000, "ms", "<= 0.1x")
        ours = quantiles([timed(hub.run, session, block)[0] for _ in range(runs)])
        peers = quantiles([timed(kernel.run)[0] for _ in range(runs)]) if kernel else (None, None)
        row("print(1) in a live kernel, median", ours[0], peers[0], "ms", "<= 1x")
        row("the same, 99th percentile", ours[1], peers[1], "ms", "<= 0.5x")
        connects = []
        for _ in range(sessions - 1):
            runbook = hub.new_runbook()
            time.sleep(0.2)  # As people come, not as a loop does.
            took, live = timed(hub.connect_to, runbook)
            connects.append(took)
            hub.run(*live)
        median, last = quantiles(connects)
        row(f"connect until ready, median of {len(connects)}", median, None, "ms", "< 50 ms")
        row("the same, the slowest", last, None, "ms", "< 50 ms")
        used = memory_of(hub.process.pid) / 2**20
        peers = None
        if kernel:
            kernels = [kernel, *(Jupyter() for _ in range(sessions - 1))]
            peers = sum(memory_of(it.manager.provisioner.pid) for it in kernels) / 2**20
            for it in kernels:
                it.end()
        row(f"memory of {sessions} sessions, the hub included", used, peers, "MiB", "<= 0.5x")
    finally:
        hub.end()
        shutil.rmtree(directory, ignore_errors=True)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
