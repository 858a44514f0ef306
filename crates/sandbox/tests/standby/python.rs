//! Python.

use super::harness::{Probe, Stage, probe, reading};

const PROBES: &[Probe] = &[
    probe("output", "print('out'); import sys; print('err', file=sys.stderr)"),
    probe("nothing", ""),
    probe(
        "names",
        "print(__name__, __file__, __spec__, __package__, __doc__, __cached__, sorted(globals()))
print(type(__loader__), __loader__.path, __builtins__)",
    ),
    probe(
        "arguments and path",
        "import sys; print(sys.argv, sys.orig_argv, sys.path, sys.executable, sys.flags)
print(list(sys.path_importer_cache), sys.prefix, sys.exec_prefix)",
    ),
    probe("modules", "import sys; print(sorted(sys.modules)); print(len(sys.meta_path), len(sys.path_hooks))"),
    probe(
        "environment",
        "import os; print(list(os.environ.items()), os.getcwd())
m = os.umask(0); print(m); os.system('env | grep -v ^_ | sort')",
    ),
    probe("descriptors", "import os; print(sorted(os.listdir('/proc/self/fd')))"),
    probe(
        "threads and signals",
        "import os, signal; print(os.listdir('/proc/self/task') == [str(os.getpid())])
print({s: signal.getsignal(s) for s in sorted(signal.valid_signals()) if s != 2 and s < 32})
print(signal.getsignal(2) is signal.default_int_handler, signal.pthread_sigmask(signal.SIG_BLOCK, []))
print(os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid())",
    ),
    probe(
        "limits",
        "import resource as r; print([(n, r.getrlimit(getattr(r, n))) for n in dir(r) if n.startswith('RLIMIT_')])",
    ),
    probe("traceback", "def f(x):\n    return x / 0\nclass A:\n    def g(self): f(1)\nA().g()"),
    probe(
        "chained traceback",
        "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e",
    ),
    probe("traceback without an error", "import traceback; traceback.print_stack()"),
    probe(
        "stack",
        "import sys, inspect; print(len(inspect.stack()), sys._getframe().f_back)
def f(): return [it.function for it in inspect.stack()]
print(f())",
    ),
    probe(
        "recursion",
        "import sys; print(sys.getrecursionlimit())
def f(n):
    try: return f(n + 1)
    except RecursionError: return n
print(f(0))
def g(): g()
g()",
    ),
    probe("syntax error", "print('never')\nif True print(1)\n"),
    probe("indentation error", "def f():\nreturn 1\n"),
    probe("bad bytes", "x = '\u{fffd}'\nprint(x)\n# -*- coding: nonsense -*-\n"),
    probe("unknown coding", "# -*- coding: nonsense -*-\nprint(1)\n"),
    probe("warning", "import warnings; warnings.warn('careful'); warnings.warn('more', stacklevel=2)"),
    probe("exit code", "import sys; sys.exit(3)"),
    probe("exit code of none", "import sys; sys.exit()"),
    probe("exit with words", "import sys; sys.exit('a reason')"),
    probe("exit by raising", "raise SystemExit([1, 2])"),
    probe("exit by name", "print('before'); exit(4)"),
    probe("exit within", "def f():\n    try: raise SystemExit(5)\n    finally: print('finally')\nf()"),
    probe("way to the guest", "import os; os.kill(os.getppid(), 0); print('open')"),
    probe("hard exit", "import os, sys; sys.stdout.write('lost?'); os._exit(6)"),
    probe("interrupt", "raise KeyboardInterrupt"),
    probe("signal to itself", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"),
    probe("interrupt by signal", "import os, time; os.kill(os.getpid(), 2); time.sleep(1)"),
    probe("abort", "import os; os.abort()"),
    probe(
        "exit handlers",
        "import atexit, sys
atexit.register(print, 'first'); atexit.register(print, 'second')
class Broken:
    def __repr__(self): return 'broken'
    def __call__(self): 1 / 0
atexit.register(Broken())",
    ),
    probe("exit handlers after an error", "import atexit; atexit.register(print, 'handler'); 1 / 0"),
    probe("hook for errors", "import sys; sys.excepthook = lambda *a: print('hook', a[:2]); 1 / 0"),
    probe("handlers run early", "import atexit; atexit._run_exitfuncs(); print('alive'); raise SystemExit(7)"),
    probe(
        "threads",
        "import threading, time, atexit
def work(): time.sleep(0.05); print('joined')
atexit.register(print, 'after the thread')
threading.Thread(target=work).start()
threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
print(threading.main_thread() is threading.current_thread(), threading.active_count())",
    ),
    probe("error in a thread", "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='t'); t.start(); t.join()"),
    probe(
        "finalizers",
        "class A:
    def __init__(self, n): self.n = n
    def __del__(self): print('gone', self.n, type(self).__name__)
a = A(1); b = [A(2)]; b.append(b)
def f(): return a
class B(A): pass
c = B(3); f.me = f",
    ),
    probe("finalizers after an error", "class A:\n    def __del__(self): print('gone')\na = A()\n1 / 0"),
    probe("finalizers after an exit", "class A:\n    def __del__(self): print('gone')\na = A()\nraise SystemExit(2)"),
    probe("error in a finalizer", "import sys; sys.unraisablehook = lambda it: print(it.exc_value)\nclass A:\n    def __del__(self): 1 / 0\na = A()"),
    probe("an import of itself", "import __main__\nclass A:\n    def __del__(self): print('gone')\na = A(); print(__main__.a is a, __main__.__file__)"),
    probe("weak reference", "import weakref\nclass A: pass\na = A(); w = weakref.ref(a, print); print(w() is a)\nw = weakref.ref(a, lambda _: print('gone'))"),
    probe("suspended generator", "def f():\n    try: yield 1\n    finally: print('closed')\ng = f(); next(g)"),
    probe("slots", "class A:\n    __slots__ = ()\n    def __del__(self): print('gone')\na = A()"),
    probe("a file left open", "f = open('/tmp/left', 'w'); f.write('hello'); import sys; sys.kept = f; print(open('/tmp/left').read())"),
    probe("what was left in it", "print(open('/tmp/left').read())"),
    probe("sibling", "import sibling; print(sibling.VALUE, sibling.__name__, sibling.__file__)"),
    probe("finalizer of a sibling", "import sibling; sibling.keep()"),
    probe("error in a sibling", "import sibling; sibling.fail()"),
    probe("missing module", "import no_such_module"),
    probe(
        "processes",
        "import multiprocessing as m
def f(x): return x * x
if __name__ == '__main__':
    for kind in 'fork', 'spawn', 'forkserver':
        with m.get_context(kind).Pool(2) as pool: print(kind, pool.map(f, range(5)))",
    ),
    probe(
        "fork",
        "import os, sys
pid = os.fork()
if pid == 0:
    print('child'); sys.exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
pid = os.fork()
if pid: print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
else: print('falls off the end')",
    ),
    probe("subprocess", "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'import sys; print(sys.path, sys.argv)'], capture_output=True, text=True))"),
    probe("replaced", "import os; os.execv('/bin/sh', ['sh', '-c', 'ls /proc/self/fd; exit 4'])"),
    probe("C output", "import ctypes; ctypes.CDLL(None).printf(b'from C\\n')"),
    probe("asyncio", "import asyncio\nasync def f():\n    await asyncio.sleep(0.01); return 1\nprint(asyncio.run(f())); f()"),
    probe("dataclasses and pickle", "import dataclasses, pickle\n@dataclasses.dataclass\nclass A: x: int\nprint(pickle.loads(pickle.dumps(A(1))), A.__module__)"),
    probe("annotations", "x: int = 1; print(__annotations__); import typing; print(typing.get_type_hints(__import__('__main__')))"),
    probe("source", "import inspect\ndef f():\n    return 1 # here\nprint(inspect.getsource(f), f.__code__.co_filename, inspect.getfile(f))"),
    probe("temporary files", "import tempfile, os; d = tempfile.TemporaryDirectory(); f = tempfile.NamedTemporaryFile(); print(os.path.exists(d.name))"),
    probe("replaced output", "import sys, io; sys.stdout = io.StringIO(); print('kept'); sys.stderr.write('shown')"),
    probe("closed output", "import sys; print('a'); sys.stdout.close()"),
    probe("buffering", "import sys; print(sys.stdout, sys.stdout.line_buffering, sys.stdout.write_through, type(sys.stdout.buffer), sys.stderr)"),
    probe("no input", "import sys; print(sys.stdin, repr(sys.stdin.read()), sys.stdin.seekable(), sys.stdin.isatty(), sys.stdin.fileno(), sys.stdin.encoding, sys.stdin.errors, sys.stdin.line_buffering, sys.stdin is sys.__stdin__)"),
    probe("no line of input", "input('name? ')"),
    reading("lines of input", "one\ntwo", "import sys; print(repr(input('? ')), repr(input()), sys.stdin.seekable(), repr(sys.stdin.read()))"),
    reading("input in bytes", "ä\r\nb", "import sys; print(sys.stdin.buffer.read(), sys.stdin)"),
    reading("input unread", "one\ntwo", "print('ignored')"),
    probe("the audit", "import sys; seen = []; sys.addaudithook(lambda e, a: seen.append(e)); compile('1', '', 'eval'); sys.audit('mine'); print(seen)"),
    probe("locale", "import locale, sys, time; print(locale.getlocale(), sys.getfilesystemencoding(), locale.getpreferredencoding(), time.tzname)"),
    probe("last error", "import sys; print([it for it in dir(sys) if it.startswith('last_')])"),
    probe("gc", "import gc; print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, gc.garbage)"),
];

/// A module of the workspace, for the probes to import.
const SIBLING: &str = "VALUE = 7
class A:
    def __del__(self): print('gone with its module')
def keep():
    global kept
    kept = A()
def fail(): raise RuntimeError(VALUE)
";

#[tokio::test]
async fn no_python_program_can_tell() {
    let Some(stage) = Stage::new("python").await else { return };
    stage.write(&"dir/sibling.py".parse().unwrap(), SIBLING).await;
    let path = "dir/probe.py".parse().unwrap();
    stage.compare(&path, PROBES).await;
}

#[tokio::test]
async fn no_python_program_can_tell_that_it_runs_in_a_clone() {
    let Some(stage) = Stage::new("python").await else { return };
    let path = "probe.py".parse().unwrap();
    stage.compare_clones(&path, PROBES).await;
}

#[tokio::test]
async fn no_two_python_standbys_share_their_seeds() {
    let Some(stage) = Stage::new("python").await else { return };
    let path = "seeds.py".parse().unwrap();
    let source = "import random, uuid, secrets; print(hash('a'), random.random(), uuid.uuid4(), secrets.token_hex())";
    stage.write(&path, source).await;
    let (plan, program) = (stage.plan(&path), stage.program(&path));
    let first = stage.prepared(plan.clone(), program.clone(), None).await.stdout;
    let second = stage.prepared(plan, program, None).await.stdout;
    let pairs: Vec<_> = first.split_whitespace().zip(second.split_whitespace()).collect();
    assert_eq!(pairs.len(), 4);
    assert!(pairs.iter().all(|(one, other)| one != other), "{pairs:?}");
}
