#!/usr/bin/env python3
"""An agent that plays a playbook: it speaks as Claude Code does over stream-json, and asks no model what to do.

A playbook is a list of scenes {"when": REGEX, "do": [ACT…]}; a prompt plays the first whose regex is found in it.
Acts: say, think, plan, ask, progress TEXT; bash COMMAND (asked for, then really run); write {"path", "text"};
learn {"pattern", "solution", "files"}; told TEXT (says whether the standing instructions have it);
sneak COMMAND (run without asking, as a program of the repository could); model TEXT (asks the model gateway); relay TEXT (asks it too, and
tells each piece of the answer as it comes);
fail {…} (ends the turn so); stamp COUNT (says the time so often); hang; die.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request


def flag(name, default=""):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


MODE = flag("--permission-mode", "default")
SESSION = flag("--session-id") or flag("--resume")
VERSION = os.environ.get("AGENT_VERSION", "2.1.329")
calls = 0


def tell(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def read():
    """The next message; orders are obeyed on the way."""
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    message = json.loads(line)
    if message["type"] == "control_request":
        answer = {"subtype": "success", "request_id": message["request_id"], "response": {}}
        tell({"type": "control_response", "response": answer})
        if message["request"]["subtype"] == "interrupt":
            raise InterruptedError
    return message


def request(kind, body):
    global calls
    calls += 1
    id = f"{kind}-{calls}"
    tell({"type": "control_request", "request_id": id, "request": body})
    while True:
        message = read()
        if message["type"] == "control_response" and message["response"]["request_id"] == id:
            return message["response"]["response"]


def assistant(part):
    tell({"type": "assistant", "message": {"role": "assistant", "content": [part]}})


def say(text):
    for at in range(0, len(text), 12):
        delta = {"type": "text_delta", "text": text[at : at + 12]}
        tell({"type": "stream_event", "event": {"type": "content_block_delta", "index": 0, "delta": delta}})
    assistant({"type": "text", "text": text})


def use(name, input, work):
    """A tool, as far as the hook and a person let it."""
    global calls
    calls += 1
    id = f"toolu_{calls}"
    assistant({"type": "tool_use", "id": id, "name": name, "input": input})
    hook = {"hook_event_name": "PreToolUse", "tool_name": name, "tool_input": input, "tool_use_id": id}
    answer = request("hook", {"subtype": "hook_callback", "callback_id": "before-tool", "input": hook})
    decision = answer["hookSpecificOutput"]["permissionDecision"]
    why = answer["hookSpecificOutput"].get("permissionDecisionReason", "")
    if decision == "ask":
        asked = {"subtype": "can_use_tool", "tool_name": name, "input": input, "tool_use_id": id}
        answer = request("ask", asked)
        decision, why = answer["behavior"], answer.get("message", "")
    failed, content, result = True, why or "it was not allowed", None
    if decision == "allow":
        failed, content, result = work()
    ended = {"type": "tool_result", "tool_use_id": id, "content": content, "is_error": failed}
    message = {"type": "user", "message": {"role": "user", "content": [ended]}}
    if result:
        message["tool_use_result"] = result
    tell(message)
    return failed


def bash(command):
    def work():
        done = subprocess.run(["/bin/bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return done.returncode != 0, done.stdout + done.stderr, None

    use("Bash", {"command": command}, work)


def write(act):
    path, text = act["path"], act["text"]

    def work():
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        before = open(path).read() if os.path.exists(path) else ""
        with open(path, "w") as file:
            file.write(text)
        lines = ["-" + it for it in before.splitlines()] + ["+" + it for it in text.splitlines()]
        hunk = {"oldStart": 1, "oldLines": len(before.splitlines()), "newStart": 1, "newLines": len(text.splitlines())}
        result = {"filePath": path, "oldString": before, "newString": text, "originalFile": before}
        return False, f"wrote {path}", {**result, "structuredPatch": [{**hunk, "lines": lines}]}

    use("Write", {"file_path": os.path.abspath(path), "content": text}, work)


def own(tool, arguments):
    call = {"jsonrpc": "2.0", "id": calls, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    answer = request("mcp", {"subtype": "mcp_message", "server_name": "runbook", "message": call})
    return answer["mcp_response"]["result"]["content"][0]["text"]


def relay(text):
    """Tells what the model says while it says it."""
    whole = ""
    with urllib.request.urlopen(to_model(text, stream=True), timeout=60) as answer:
        for line in answer:
            if line.startswith(b"data: ") and b'"text_delta"' in line:
                event = json.loads(line[len("data: "):])
                tell({"type": "stream_event", "event": event})
                whole += event["delta"]["text"]
    assistant({"type": "text", "text": whole})


def ask_model(text):
    """Gives what was said, or the error."""
    try:
        with urllib.request.urlopen(to_model(text), timeout=60) as answer:
            return json.load(answer)["content"][0]["text"]
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode(errors='replace')}"


def to_model(text, stream=False):
    """A request as agents make them."""
    base, token = os.environ["ANTHROPIC_BASE_URL"], os.environ["ANTHROPIC_AUTH_TOKEN"]
    model = flag("--model", "claude-sonnet-4-5")
    body = {"model": model, "max_tokens": 64, "messages": [{"role": "user", "content": text}]}
    if stream:
        body["stream"] = True
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}", "anthropic-version": "2023-06-01"}
    return urllib.request.Request(f"{base}/v1/messages", json.dumps(body).encode(), headers)


def play(acts):
    """Gives how the turn ends."""
    ending = {"subtype": "success", "is_error": False, "terminal_reason": "completed"}
    for act in acts:
        (kind, what), = act.items()
        if kind == "say":
            say(what)
        elif kind == "think":
            assistant({"type": "thinking", "thinking": what})
        elif kind == "bash":
            bash(what)
        elif kind == "write":
            write(what)
        elif kind == "sneak":
            subprocess.run(["/bin/bash", "-c", what], stdin=subprocess.DEVNULL, capture_output=True)
        elif kind == "plan":
            say(own("submit_plan", {"plan": what}))
        elif kind == "ask":
            say("You said: " + own("ask_user", {"question": what, "choices": ["Yes", "No"]}))
        elif kind == "progress":
            own("report_progress", {"text": what})
        elif kind == "learn":
            say("About that: " + own("note_learning", what))
        elif kind == "told":
            with open(flag("--append-system-prompt-file")) as file:
                say("I was told." if what in file.read() else "Nobody told me.")
        elif kind == "model":
            say(ask_model(what))
        elif kind == "relay":
            relay(what)
        elif kind == "fail":
            ending = {**ending, "subtype": "error_during_execution", "is_error": True, **what}
        elif kind == "hang":
            while True:
                read()
        elif kind == "die":
            os._exit(9)
        elif kind == "stamp":
            # When each of these was written, for whoever measures how long it takes to be read.
            for _ in range(what):
                delta = {"type": "text_delta", "text": f"{time.time_ns()} "}
                tell({"type": "stream_event", "event": {"type": "content_block_delta", "index": 0, "delta": delta}})
                time.sleep(0.005)
        else:
            raise ValueError(f"no act {kind}")
    return ending


def init():
    tell({
        "type": "system", "subtype": "init", "session_id": SESSION, "claude_code_version": VERSION,
        "permissionMode": MODE, "model": flag("--model", "none"), "tools": ["Bash", "Write"],
        "mcp_servers": [{"name": "runbook", "status": "connected"}],
    })


def main():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "playbook.json")) as file:
        playbook = json.load(file)
    while True:
        message = read()
        if message["type"] != "user":
            continue
        prompt = message["message"]["content"]
        tell({**message, "isReplay": True})
        init()
        scene = next((it for it in playbook if re.search(it["when"], prompt)), {"do": [{"say": "I have nothing to do."}]})
        try:
            ending = play(scene["do"])
        except InterruptedError:
            ending = {"subtype": "error_during_execution", "is_error": True, "terminal_reason": "aborted_tools"}
        tell({
            "type": "result", "result": "", "total_cost_usd": 0.00025, "user_message_uuids": [message.get("uuid")],
            "usage": {"input_tokens": 10, "output_tokens": 5}, **ending,
        })


main()
