//! Node.

use super::harness::{Probe, Stage, probe, reading};

const PROBES: &[Probe] = &[
    probe("output", "console.log('out', { a: [1, 'b'] }, 2n); console.error('err')"),
    probe("nothing", ""),
    probe(
        "names",
        "console.log(__filename, __dirname, module.id, module.filename, module.paths, module.children, module.loaded, require.main === module)",
    ),
    probe(
        "arguments",
        "console.log(process.argv, process.execArgv, process.execPath, process.title)",
    ),
    probe(
        "modules",
        "console.log(Object.keys(require.cache), Object.keys(require('module')._pathCache), require('module').globalPaths)",
    ),
    probe(
        "loader",
        "const M = require('module'); console.log(Object.getOwnPropertyDescriptor(M, 'runMain'), module.parent, Object.keys(M))",
    ),
    probe("globals", "console.log(Object.getOwnPropertyNames(globalThis))"),
    probe(
        "process",
        "console.log(Object.keys(process), process._eventsCount - process.listenerCount('exit'), process.exitCode)",
    ),
    probe(
        "environment",
        "console.log(process.env, process.cwd(), process.umask(), require('child_process').execSync('env | grep -v ^_ | sort').toString())",
    ),
    probe(
        "terminal",
        "console.log(process.stdout.isTTY, process.stdout.writable, process.stdout.constructor.name, process.stderr.constructor.name)",
    ),
    probe("stack", "function f() { return new Error('here') }\nconsole.log(f().stack)"),
    probe("error", "function f() { null.x }\nf()"),
    probe("thrown value", "throw { code: 7 }"),
    probe("error with a cause", "throw new Error('outer', { cause: new TypeError('inner') })"),
    probe("syntax error", "console.log('never')\nlet a = ;\n"),
    probe("missing module", "require('./no-such-module')"),
    probe(
        "sibling",
        "console.log(require('./sibling'), require.resolve('./sibling'), require('module').builtinModules.length)",
    ),
    probe("exit code", "process.exit(3)"),
    probe("exit code set", "process.exitCode = 4; setTimeout(() => console.log('later'), 5)"),
    probe("exit code 0", "console.log('before'); process.exit(0); console.log('never')"),
    probe(
        "exit listeners",
        "process.on('exit', (code) => { console.log('exit', code); process.exitCode = 9 })",
    ),
    probe(
        "exit listener with exit",
        "process.on('exit', () => console.log('one')); process.on('exit', () => console.log('two')); process.exit(5)",
    ),
    probe(
        "before exit",
        "let n = 0; process.on('beforeExit', (c) => { console.log('before', c); if (n++ < 2) setTimeout(() => console.log('again'), 1) })",
    ),
    probe("exit listener with error", "process.on('exit', () => console.log('exit')); null.x"),
    probe(
        "listener for errors",
        "process.on('uncaughtException', (e, origin) => console.log(e.message, origin)); null.x",
    ),
    probe("unhandled rejection", "Promise.reject(new Error('nobody'))"),
    probe("late rejection", "setTimeout(async () => { throw new RangeError('late') }, 5)"),
    probe(
        "rejection listener",
        "process.on('unhandledRejection', (e) => console.log('unhandled', e)); Promise.reject(1)",
    ),
    probe(
        "warning",
        "process.removeAllListeners('warning').on('warning', (w) => console.log(w.name, w.message)); process.emitWarning('careful', 'Caution', 'C1')",
    ),
    probe(
        "deprecation",
        "process.removeAllListeners('warning').on('warning', (w) => console.log(w.name, w.code)); new Buffer(3); require('util')._extend({}, {})",
    ),
    probe("signal to itself", "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 1000)"),
    probe(
        "signal listener",
        "process.on('SIGUSR2', (s) => { console.log(s); process.exit(6) }); process.kill(process.pid, 'SIGUSR2'); setTimeout(() => {}, 1000)",
    ),
    // Which of a timeout and an immediate comes first is open until a millisecond has passed.
    probe(
        "order of callbacks",
        "setTimeout(() => console.log('timeout')); setImmediate(() => console.log('immediate')); process.nextTick(() => console.log('tick')); Promise.resolve().then(() => console.log('promise')); console.log('now'); for (const t = performance.now(); performance.now() < t + 3;);",
    ),
    probe(
        "much output",
        "console.log('x'.repeat(1 << 20)); process.stdout.write('y'.repeat(200000))",
    ),
    probe("much output and exit", "process.stdout.write('x'.repeat(30000)); process.exit(0)"),
    probe(
        "worker",
        "const { Worker } = require('worker_threads'); new Worker('console.log(process.argv.length, process.execArgv, Object.keys(require.cache)); require(\"worker_threads\").parentPort.postMessage(1)', { eval: true }).on('message', (m) => console.log('got', m)).on('exit', (c) => console.log('ended', c))",
    ),
    probe(
        "worker after a title",
        "process.title = 'my title'; console.log(process.title); const { Worker } = require('worker_threads'); new Worker('console.log(1)', { eval: true }).on('error', (e) => console.log(e))",
    ),
    probe(
        "forked",
        "if (process.argv[2]) { console.log('child', process.argv, process.execArgv); process.send(1) } else require('child_process').fork(__filename, ['child']).on('message', (m) => console.log('got', m)).on('exit', (c, s) => console.log(c, s))",
    ),
    probe(
        "child",
        "console.log(require('child_process').spawnSync('sh', ['-c', 'ls /proc/self/fd; cat; exit 3'], { stdio: ['inherit', 'pipe', 'inherit'] }).output)",
    ),
    probe(
        "child with our output",
        "require('child_process').spawnSync('sh', ['-c', 'echo one; echo two >&2'], { stdio: 'inherit' })",
    ),
    probe(
        "no input",
        "console.log(JSON.stringify(require('fs').readFileSync(0, 'utf8')), process.stdin.isTTY, process.stdin.constructor.name)",
    ),
    probe(
        "no stream of input",
        "process.stdin.on('data', console.log).on('end', () => console.log('end'))",
    ),
    reading(
        "input",
        "one\ntwo\n",
        "console.log(JSON.stringify(require('fs').readFileSync(0, 'utf8')))",
    ),
    reading(
        "lines of input",
        "one\ntwo",
        "require('readline').createInterface({ input: process.stdin }).on('line', (l) => console.log('line', l)).on('close', () => console.log('closed', process.stdin.constructor.name))",
    ),
    reading("input unread", "one\ntwo", "console.log('ignored')"),
    probe(
        "resources",
        "setTimeout(() => {}, 1); console.log(process.getActiveResourcesInfo().filter((it) => it !== 'PipeWrap'))",
    ),
    probe(
        "strictness",
        "console.log((function () { return this === globalThis })(), this === module.exports, typeof exports)",
    ),
    probe(
        "time zone and locale",
        "console.log(Intl.DateTimeFormat().resolvedOptions().timeZone, Intl.NumberFormat().resolvedOptions().locale)",
    ),
    probe(
        "fetch and crypto",
        "console.log(typeof fetch, typeof crypto.subtle, structuredClone({ a: 1 }), performance.timeOrigin > 0)",
    ),
    probe("unfinished promise", "new Promise(() => {}).then(() => console.log('never'))"),
];

/// In a module: as `.mjs`, and by its package.
const MODULES: &[Probe] = &[
    probe(
        "names",
        "console.log(import.meta.url, import.meta.dirname, import.meta.filename, process.argv, typeof require, this)",
    ),
    probe(
        "imports",
        "import fs from 'node:fs'; import s from './sibling.js'; console.log(typeof fs.readFileSync, s, await import('node:os').then((m) => typeof m.cpus))",
    ),
    probe("wait", "await new Promise((r) => setTimeout(r, 5)); console.log('waited')"),
    probe("unfinished wait", "await new Promise(() => {})"),
    probe("error", "function f() { null.x }\nf()"),
    probe("stack", "console.log(new Error('here').stack)"),
    probe("syntax error", "import { nothing } from 'node:fs'"),
    probe("exit code", "process.exitCode = 3"),
];

const SIBLING: &str = "module.exports = 7";

#[tokio::test]
async fn no_node_program_can_tell() {
    let Some(stage) = Stage::new("node").await else { return };
    stage.write(&"dir/sibling.js".parse().unwrap(), SIBLING).await;
    let path = "dir/probe.js".parse().unwrap();
    stage.compare(&path, PROBES).await;
}

#[tokio::test]
async fn no_module_of_node_can_tell() {
    let Some(stage) = Stage::new("node").await else { return };
    stage.write(&"a/sibling.js".parse().unwrap(), SIBLING).await;
    stage.write(&"b/sibling.js".parse().unwrap(), "export default 7").await;
    stage.write(&"b/package.json".parse().unwrap(), r#"{"type":"module"}"#).await;
    for path in ["a/probe.mjs", "b/probe.js"] {
        let path = path.parse().unwrap();
        stage.compare(&path, MODULES).await;
    }
}

#[tokio::test]
async fn no_two_node_standbys_share_their_randomness() {
    let Some(stage) = Stage::new("node").await else { return };
    let path = "seeds.js".parse().unwrap();
    stage.write(&path, "console.log(Math.random(), crypto.randomUUID())").await;
    let (plan, program) = (stage.plan(&path), stage.program(&path));
    let first = stage.prepared(plan.clone(), program.clone(), None).await.stdout;
    let second = stage.prepared(plan, program, None).await.stdout;
    let pairs: Vec<_> = first.split_whitespace().zip(second.split_whitespace()).collect();
    assert!(pairs.len() == 2 && pairs.iter().all(|(one, other)| one != other), "{pairs:?}");
}
