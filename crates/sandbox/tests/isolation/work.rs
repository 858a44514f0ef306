//! What honest programs need works inside: a cage nobody can work in is left open.

use std::path::Path;

use sandbox::{ExitStatus, Limits, Spec};

use super::targets::{on_each, on_each_with_python};

/// Runs a script that must end well and say `done`.
async fn works(needs: &[&str], script: &str) {
    if let Some(missing) = needs.iter().find(|it| !Path::new(it).exists()) {
        eprintln!("skipped: needs {missing}");
        return;
    }
    // Compilers and virtual machines want more than the default.
    let limits = Limits { memory_bytes: 1 << 30, ..Limits::default() };
    on_each(Spec { limits, ..Spec::default() }, async |cage| {
        if !cage.has(needs).await {
            return;
        }
        let outcome = cage.bash(&format!("set -e; export HOME=/tmp; cd /tmp; {script}")).await;
        assert_eq!(outcome.exit.status, ExitStatus::Code(0), "{outcome:?}");
        assert!(outcome.stdout.ends_with("done\n"), "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn threads_processes_and_pools_of_python_work() {
    let code = "
import asyncio, concurrent.futures as futures, multiprocessing, subprocess, threading
with futures.ThreadPoolExecutor(4) as pool: print(sum(pool.map(abs, range(-9, 0))))
with multiprocessing.Pool(2) as pool: print(sum(pool.map(abs, range(-9, 0))))
async def main(): return await (await asyncio.create_subprocess_exec('true')).wait()
print(asyncio.run(main()), subprocess.run('echo $((6 * 7))', shell=True, capture_output=True).stdout)";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["45", "45", "0 b'42\\n'"]);
    })
    .await;
}

#[tokio::test]
async fn sockets_of_each_kind_work_between_programs() {
    let code = "
import threading
addresses = [(socket.AF_INET, ('127.0.0.1', 0)), (socket.AF_INET6, ('::1', 0)), (socket.AF_UNIX, '/tmp/s')]
if not os.path.exists('/proc/net/if_inet6') or not open('/proc/net/if_inet6').read():
    addresses.remove((socket.AF_INET6, ('::1', 0))); print('without IPv6')
for family, address in addresses:
    listener = socket.socket(family); listener.bind(address); listener.listen()
    thread = threading.Thread(target=lambda: listener.accept()[0].sendall(b'hello')); thread.start()
    client = socket.socket(family); client.connect(listener.getsockname())
    print(client.recv(5)); thread.join()
one, two = socket.socketpair(); one.send(b'pair'); print(two.recv(4))
import os
read, write = os.pipe(); socket.send_fds(one, [b'x'], [read]); passed = socket.recv_fds(two, 1, 1)[1][0]
os.write(write, b'passed'); print(os.read(passed, 6))";
    on_each_with_python(Spec::default(), async |cage| {
        let answers = cage.answers(code).await;
        // Docker gives a container without a network no IPv6.
        let first = if cage.is_of_an_image() { "without IPv6" } else { "b'hello'" };
        let (first, all) = (first.to_owned(), &answers[1..]);
        assert!(answers[0] == first || answers[0] == "b'hello'", "{answers:?}");
        assert_eq!(all, ["b'hello'", "b'hello'", "b'pair'", "b'passed'"]);
    })
    .await;
}

#[tokio::test]
async fn databases_in_files_work() {
    let code = "
import sqlite3
for mode in ['delete', 'wal']:
    base = sqlite3.connect(f'/tmp/{mode}.db')
    base.execute(f'pragma journal_mode={mode}')
    base.execute('create table t (x)'); base.executemany('insert into t values (?)', [(i,) for i in range(100)])
    base.commit(); print(base.execute('select sum(x) from t').fetchone()[0])";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["4950", "4950"]);
    })
    .await;
}

#[tokio::test]
async fn files_watches_locks_and_maps_work() {
    let code = "
import fcntl, mmap, select, tempfile
watch = libc.inotify_init1(os.O_NONBLOCK); libc.inotify_add_watch(watch, b'/tmp', 0x100)
with tempfile.NamedTemporaryFile() as file:
    file.write(b'x' * 4096); file.flush(); fcntl.flock(file, fcntl.LOCK_EX)
    with mmap.mmap(file.fileno(), 0) as mapped: print(mapped[:3])
    copy = os.open('/tmp/copy', os.O_CREAT | os.O_WRONLY)
    # gVisor of 2022 has no such call; libraries then read and write.
    if call(os.copy_file_range, file.fileno(), copy, 100, 0) == 'ENOSYS': os.write(copy, os.pread(file.fileno(), 100, 0))
print(select.select([watch], [], [], 5)[0] == [watch], os.path.getsize('/tmp/copy'))
os.setxattr('/tmp/copy', 'user.x', b'y') if hasattr(os, 'setxattr') else None
os.symlink('copy', '/tmp/alias'); os.chmod('/tmp/copy', 0o600); os.utime('/tmp/copy'); os.rename('/tmp/copy', '/tmp/moved')
print(os.sched_getaffinity(0) != set(), call(os.sched_setaffinity, 0, os.sched_getaffinity(0)), call(os.nice, 5))";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["b'xxx'", "True 100", "True ok ok"]);
    })
    .await;
}

#[tokio::test]
async fn node_starts_workers_programs_and_servers() {
    let script = r"cat > a.mjs <<'END'
import { Worker } from 'node:worker_threads'; import http from 'node:http'; import fs from 'node:fs';
import { execFileSync } from 'node:child_process'; import os from 'node:os';
fs.writeFileSync('b.mjs', 'import {parentPort} from \'node:worker_threads\'; parentPort.postMessage(42)');
const word = await new Promise((resolve) => new Worker('./b.mjs').on('message', resolve));
const server = http.createServer((_, reply) => reply.end('served')).listen(0);
const text = await (await fetch(`http://127.0.0.1:${server.address().port}`)).text();
server.close(); fs.watch('.').close();
console.log(word, text, execFileSync('echo', ['child']).toString().trim(), os.cpus().length > 0, Object.keys(os.networkInterfaces()).length);
END
node a.mjs | grep -q '42 served child true 1'; echo done";
    works(&["/usr/bin/node"], script).await;
}

#[tokio::test]
async fn packages_are_made_and_installed_without_a_network() {
    let script = r#"mkdir lib app; cd lib; npm init -y >/dev/null; echo 'module.exports = 1' > index.js
cd ../app; npm init -y >/dev/null; npm install --offline --no-audit --no-fund ../lib >/dev/null
node -e "require('lib')"; echo done"#;
    works(&["/usr/bin/npm"], script).await;
    let script = "mkdir p; cat > p/setup.py <<'END'
from setuptools import setup
setup(name='thing', version='1', py_modules=['thing'])
END
echo 'x = 1' > p/thing.py
python3 -m venv --without-pip --system-site-packages v
v/bin/python -m pip --no-cache-dir --disable-pip-version-check install --no-index --no-build-isolation ./p >/dev/null
cd /; /tmp/v/bin/python -c 'import thing'; echo done";
    works(
        &["/usr/lib/python3/dist-packages/pip", "/usr/lib/python3/dist-packages/setuptools"],
        script,
    )
    .await;
}

#[tokio::test]
async fn c_with_threads_is_compiled_and_runs() {
    let script = r#"cat > a.c <<'END'
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
static sem_t gate;
static void *run(void *x) { sem_wait(&gate); return x; }
int main(void) { pthread_t t; sem_init(&gate, 0, 0); pthread_create(&t, 0, run, 0); sem_post(&gate); pthread_join(t, 0);
  int fd = shm_open("/s", 66, 384); if (fd < 0 || ftruncate(fd, 9)) return 1; puts("done"); return 0; }
END
gcc -O1 -o a a.c -lpthread -lrt; ./a"#;
    works(&["/usr/bin/gcc"], script).await;
}

#[tokio::test]
async fn go_and_its_tests_run() {
    let script = r#"export GOCACHE=/tmp/.c GOPATH=/tmp/.go GOPROXY=off GOFLAGS=-buildvcs=false CGO_ENABLED=0 GO111MODULE=auto
mkdir m; cd m; go mod init m 2>/dev/null; cat > a_test.go <<'END'
package m
import ("net"; "os/exec"; "testing"; "time")
func Test(t *testing.T) { l, e := net.Listen("tcp", "127.0.0.1:0"); if e != nil { t.Fatal(e) }; go l.Accept()
  if _, e := net.DialTimeout("tcp", l.Addr().String(), time.Second); e != nil { t.Fatal(e) }
  if e := exec.Command("true").Run(); e != nil { t.Fatal(e) } }
END
go test ./... >/dev/null; echo done"#;
    works(&["/usr/bin/go"], script).await;
}

#[tokio::test]
async fn a_virtual_machine_starts_with_its_threads_and_collectors() {
    // Not more: Debian's Java reads files below /etc, which no sandbox shows.
    let script = "for it in Serial Parallel G1; do java -Xmx128m -XX:+Use${it}GC -Xint -version 2>/dev/null; done
java -Xmx128m -Xcomp -version 2>/dev/null; echo done";
    works(&["/usr/bin/java"], script).await;
}

#[tokio::test]
async fn terminals_with_jobs_and_editors_work() {
    on_each(Spec::default(), async |cage| {
        let mut shell = super::harness::program(&[
            "/bin/bash",
            "-ic",
            "sleep 0.01 & wait %1; stty size; tty; echo done",
        ]);
        shell.terminal = Some(sandbox::TerminalSize { rows: 24, columns: 80 });
        let outcome = super::harness::collect(cage.sandbox.run(shell).await.unwrap()).await;
        assert!(
            outcome.stdout.contains("24 80") && outcome.stdout.contains("/dev/pts/"),
            "{outcome:?}"
        );
        assert!(outcome.stdout.ends_with("done\r\n"), "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn git_and_the_tools_of_a_shell_work() {
    let script = "git init -q r; cd r; echo x > a; git add a; git -c user.name=a -c user.email=a@b commit -qm m
seq 9 | xargs -P 4 -n 1 echo | sort -R | tail -1 > b; find . -name a | tar cf t.tar -T -; gzip t.tar; mktemp -d >/dev/null
perl -e 'fork; wait; exit 0'; sync; mkfifo f; (echo x > f &); cat f > /dev/null; timeout 5 true; nice true; echo done";
    works(&["/usr/bin/git", "/usr/bin/perl"], script).await;
}
