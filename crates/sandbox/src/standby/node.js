// Preloaded through --require, which takes only a path that has a name: it is that of the command line,
// and this text is the last argument. The others stand in a comment, because the first begins with two
// slashes. Afterwards node runs the program by itself.
'use strict';
const Module = require('module');
delete require.cache[module.filename];
for (const key of Object.keys(Module._pathCache)) delete Module._pathCache[key];
// A worker inherits the option, and may not change the directory. The module that would say what it is
// takes longer to load than all of this.
if (process.chdir.disabled) {
  process.execArgv.length = 0;
  return;
}
const fs = require('fs');
const CONTROL = 3, ATTACHMENT = 4;
// Says to the guest that this program has ended, and how long its answer is waited for, in milliseconds.
const END = 64, PATIENCE = 20;
const { _kill: kill, ppid: guest, reallyExit } = process;
const { wait } = Atomics;
const nothing = new Int32Array(new SharedArrayBuffer(4));
// The longest order there is fits.
const room = Buffer.allocUnsafe(1 << 17);
const { resolve } = require('path');
// The variables as an order tells them.
const surroundings = Object.entries(process.env).map(([it, value]) => `${it}=${value}`).join('\0');

// Does what lies between the order and the end of a program, but for what can be seen of it: whatever
// runs for the first time is compiled first.
function rehearse() {
  const { stdout } = process;
  stdout.write = () => true;
  console.log('%s', { a: [1] });
  console.log(1);
  delete stdout.write;
  // Nothing is written, and nothing of it is left to be done.
  stdout.write('');
  process._tickCallback();
  new Module('standby')._compile('(() => {})()', '/standby.js');
  const strings = [process.cwd(), 2, process.argv0, '/a', surroundings, ''].join('\0');
  const length = room.write(`null ${Buffer.byteLength(strings)}\n${strings}`);
  fs.readSync(ATTACHMENT, room, length, 1, null);
  const { cwd, argv, environment } = parse(whole(length));
  setSurroundings(cwd, environment);
  describe({ argv: [], execArgv: [], title: '' }, resolve(argv[1]), argv);
  enter({ runMain() {} }, '').runMain();
  leave(1);
  process.emit('standby', 0);
}

function receive() {
  fs.writeSync(CONTROL, '.');
  for (let length = 0; ;) {
    const count = fs.readSync(CONTROL, room, length, room.length - length, null);
    if (count === 0) reallyExit(0);
    length += count;
    const order = whole(length);
    if (order !== null) return order;
  }
}

// The order, if all of it is there.
function whole(length) {
  const line = room.indexOf('\n');
  if (line < 0 || length !== line + 1 + Number(room.toString('latin1', 5, line))) return null;
  return room.toString('utf8', 0, length);
}

function parse(order) {
  const [cwd, count, ...strings] = order.slice(order.indexOf('\n') + 1, -1).split('\0');
  const environment = strings.splice(count).join('\0');
  return { readsNothing: order.startsWith('null'), cwd, argv: strings, environment };
}

function setSurroundings(cwd, strings) {
  if (process.cwd() !== cwd) process.chdir(cwd);
  if (strings === surroundings) return;
  const environment = new Map(strings.split('\0').filter(Boolean).map((it) => {
    const end = it.indexOf('=');
    return [it.slice(0, end), it.slice(end + 1)];
  }));
  for (const name of Object.keys(process.env)) {
    if (!environment.has(name)) delete process.env[name];
  }
  for (const [name, value] of environment) {
    if (process.env[name] !== value) process.env[name] = value;
  }
}

// Most programs read nothing. Returns a number for what was to be read.
function readNothing() {
  const kept = fs.openSync('/proc/self/fd/0');
  readFrom('/dev/null');
  return kept;
}

function readFrom(path) {
  fs.closeSync(0);
  // The lowest free number.
  fs.openSync(path);
}

function obey(order, kept) {
  const { readsNothing, cwd, argv, environment } = parse(order);
  if (!readsNothing) readFrom(`/proc/self/fd/${kept}`);
  fs.closeSync(kept);
  setSurroundings(cwd, environment);
  const main = resolve(argv[1]);
  describe(process, main, argv);
  return main;
}

function describe(process, main, [program, , ...rest]) {
  process.argv.splice(1, Infinity, main, ...rest);
  process.execArgv.length = 0;
  if (process.title !== program) nameProcess(process, program);
}

// Writing the real one would overwrite the command line, which workers load again.
function nameProcess(process, value) {
  const { enumerable, configurable } = Object.getOwnPropertyDescriptor(process, 'title');
  // Defined twice: a native property that is given a value keeps its setter.
  Object.defineProperty(process, 'title', { get: () => value, enumerable, configurable });
  Object.defineProperty(process, 'title', { value, writable: true });
}

// Node looks its entry point up once, and whoever looks later finds what always was there.
function enter(Module, main) {
  const { runMain } = Module;
  return Object.defineProperty(Module, 'runMain', {
    configurable: true,
    enumerable: true,
    get: () => {
      Object.defineProperty(Module, 'runMain', {
        configurable: true, enumerable: true, writable: true, value: runMain,
      });
      return runMain.bind(Module, main);
    },
  });
}

// Tearing the heap down takes some 10 ms, and freeing the memory some more: the guest ends this process
// first. A code other than 0 may still have an error to print.
function leave(code) {
  const alone = process.listenerCount('exit') === 1;
  if (code !== 0 || !alone) return;
  kill(guest, END);
  wait(nothing, 0, 0, PATIENCE);
  reallyExit(0);
}

process.on('exit', leave);
rehearse();
fs.closeSync(ATTACHMENT);
nameProcess(process, process.argv0.slice(1));
const kept = readNothing();
const order = receive();
fs.closeSync(CONTROL);
enter(Module, obey(order, kept));
//
