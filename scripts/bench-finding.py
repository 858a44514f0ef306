"""The measuring of bench-finding."""

import os
import random
import shutil
import sys
import tempfile
import time
import urllib.parse

from bench_hub import Hub

FENCE = "```"
ASKED_MS = 300
TIMES = 100

chance = random.Random(7)
letters = "abcdefghijklmnopqrstuvwxyz"
WORDS = ["".join(chance.choices(letters, k=chance.randint(3, 9))) for _ in range(4000)]


def word():
    return chance.choice(WORDS)


def document(number):
    """Six sections of prose and code, with few words in common and some in all."""
    parts = [f"---\ntags: [t{number % 20}, common]\n---\n# Document {number}"]
    for section in range(6):
        parts.append(f"## {word()} {word()}")
        parts += [" ".join(chance.choices(WORDS, k=60)) + "." for _ in range(3)]
        pipe = " | ".join(f"{word()}_{word()}" for _ in range(4))
        code = f"kubectl get {word()} --{word()}={number}\n{pipe}"
        parts.append(f"{FENCE}runnable bash name=b{section}\n{code}\n{FENCE}")
    return "\n\n".join(parts)


def measured(name, action):
    times = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        action()
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    print(f"| {name} | {times[TIMES // 2]:.1f} ms | {times[TIMES * 95 // 100]:.1f} ms | < {ASKED_MS} ms |", flush=True)


def main(binary, count):
    directory = tempfile.mkdtemp(prefix="runbook-bench-", dir="/var/cache" if os.access("/var/cache", os.W_OK) else None)
    hub = Hub(binary, directory)
    try:
        sizes = 0
        for number in range(count):
            content = document(number)
            sizes += len(content)
            hub.ask("POST", "/api/runbooks", {"title": f"{word()} {word()} {number}", "content": content})
        while hub.ask("GET", "/api/search?q=ready")["indexing"]:
            time.sleep(0.05)
        print(f"{count} runbooks of {sizes // count} bytes\n\n| | median | p95 | asked |\n| --- | --: | --: | --- |")
        queries = {
            "one word": word,
            "two words, the second begun": lambda: f"{word()} {word()[:3]}",
            "what stands in every one": lambda: "kubectl get",
            "a phrase": lambda: f'"kubectl get {word()}"',
            "symbols": lambda: f"--{word()}=",
            "one letter": lambda: chance.choice(letters),
            "a tag and a word": lambda: f"tag:t{chance.randrange(20)} kubectl",
        }
        for name, query in queries.items():
            search = lambda: hub.ask("GET", f"/api/search?limit=20&q={urllib.parse.quote(query())}")
            measured(f"search: {name}", search)
        for order in ["updated", "title", "recent"]:
            measured(f"list by {order}", lambda: hub.ask("GET", f"/api/runbooks?sort={order}"))
    finally:
        hub.end()
        shutil.rmtree(directory, ignore_errors=True)


main(sys.argv[1], int(sys.argv[2]))
