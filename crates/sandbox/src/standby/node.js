// Preloaded through --require, which takes only a path that has a name: it is that of the command line,
// and this text is the last argument. The others stand in a comment, because the first begins with two
// slashes. Afterwards node runs the program by itself.
'use strict';
const { isMainThread } = require('worker_threads');
const Module = require('module');
delete require.cache[module.filename];
for (const key of Object.keys(Module._pathCache)) delete Module._pathCache[key];
// A worker inherits the option.
if (!isMainThread) {
  process.execArgv.length = 0;
  return;
}
const fs = require('fs');
const CONTROL = 3, ATTACHMENT = 4;

function warmUp() {
  const { stdout } = process;
  stdout.write = () => true;
  console.log('%s', { a: [1] });
  delete stdout.write;
  new Module('standby')._compile('(() => {})()', '/standby.js');
}

function receive() {
  fs.writeSync(CONTROL, '.');
  const chunks = [];
  for (;;) {
    const chunk = Buffer.alloc(1 << 16);
    const count = fs.readSync(CONTROL, chunk);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
  }
  const order = Buffer.concat(chunks).toString();
  if (order === '') process.reallyExit(0);
  return order;
}

function obey(order) {
  const line = order.indexOf('\n');
  if (order.startsWith('null')) {
    fs.closeSync(0);
    // The lowest free number.
    fs.openSync('/dev/null');
  }
  const [cwd, count, ...strings] = order.slice(line + 1, -1).split('\0');
  const argv = strings.slice(0, count);
  const environment = new Map(strings.slice(count).map((it) => {
    const end = it.indexOf('=');
    return [it.slice(0, end), it.slice(end + 1)];
  }));
  if (process.cwd() !== cwd) process.chdir(cwd);
  for (const name of Object.keys(process.env)) {
    if (!environment.has(name)) delete process.env[name];
  }
  for (const [name, value] of environment) {
    if (process.env[name] !== value) process.env[name] = value;
  }
  const [program, source, ...rest] = argv;
  const main = require('path').resolve(source);
  process.argv.splice(1, Infinity, main, ...rest);
  process.execArgv.length = 0;
  nameProcess(program);
  return main;
}

// Writing the real one would overwrite the command line, which workers load again.
function nameProcess(value) {
  const { enumerable, configurable } = Object.getOwnPropertyDescriptor(process, 'title');
  // Defined twice: a native property that is given a value keeps its setter.
  Object.defineProperty(process, 'title', { get: () => value, enumerable, configurable });
  Object.defineProperty(process, 'title', { value, writable: true });
}

// Node looks its entry point up once, and whoever looks later finds what always was there.
function enter(main) {
  const { runMain } = Module;
  Object.defineProperty(Module, 'runMain', {
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

// Tearing the heap down takes some 10 ms. A code other than 0 may still have an error to print.
process.on('exit', (code) => {
  if (code === 0 && process.listenerCount('exit') === 1) process.reallyExit(0);
});
warmUp();
fs.closeSync(ATTACHMENT);
const order = receive();
fs.closeSync(CONTROL);
enter(obey(order));
//
