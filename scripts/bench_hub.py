"""A hub to measure: on a free port, with one user who is signed in."""

import http.client
import json
import subprocess
import time


class Hub:
    def __init__(self, binary, directory, *flags):
        begun = time.perf_counter()
        command = [binary, "hub", "--listen", "127.0.0.1:0", "--data", directory, *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        line = ""
        while "http://" not in line:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("the hub did not start")
        port = int(line.split("http://")[1].split("/")[0].strip().rsplit(":", 1)[1])
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.token = None
        self.ask("GET", "/", raw=True)
        # Seconds from the start of the process.
        self.first_page = time.perf_counter() - begun
        account = {"email": "bench@example.com", "username": "bench", "password": "a long enough password"}
        self.token = self.ask("POST", "/api/auth/sign-up", account)["token"]
        self.user = self.ask("GET", "/api/auth/me")["id"]

    def ask(self, method, path, body=None, raw=False):
        headers = {"content-type": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = self.connection.getresponse()
        data = response.read()
        if response.status >= 400:
            raise SystemExit(f"{method} {path}: {response.status} {data[:500]!r}")
        return data if raw else json.loads(data)

    def end(self):
        self.process.terminate()
        self.process.wait()
