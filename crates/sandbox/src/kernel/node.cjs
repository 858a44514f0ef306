// Runs one program after another in one realm. What it hears and says on descriptor 3 is told in the
// guest's `turn` and `standby`.
"use strict";
const fs = require("node:fs");
const inspector = require("node:inspector");
const { builtinModules, createRequire } = require("node:module");
const net = require("node:net");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { inspect } = require("node:util");
const vm = require("node:vm");

const CONTROL = 3;
const MOST_COMPLETIONS = 200;
const INTERRUPTED = 130;
/** What node itself answers to a top-level `await` that can never go on. */
const STUCK = 13;

const workspace = process.cwd();
const session = new inspector.Session();
session.connect();

/** The program that runs now. */
let current = null;
let received = Buffer.alloc(0);
let versions = new Map();

const control = new net.Socket({ fd: CONTROL, readable: true, writable: true });
control.on("data", (data) => {
  received = Buffer.concat([received, data]);
  const end = received.indexOf("\n");
  if (end < 0) return;
  const length = Number(received.subarray(0, end).toString().split(" ")[1]);
  if (received.length < end + 1 + length) return;
  const [, count, ...rest] = received.subarray(end + 1, end + length).toString().split("\0");
  received = received.subarray(end + 1 + length);
  begin(rest.slice(0, Number(count)), rest.slice(Number(count)));
});
control.on("close", () => process.reallyExit(0));

/** Written at once, so that it is in its place among what is printed. */
function write(data) {
  let bytes = Buffer.from(data);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(CONTROL, bytes));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

/** Nobody listens between two programs. */
function say(message) {
  if (current === null) return;
  const data = Buffer.from(JSON.stringify(message));
  write(Buffer.concat([Buffer.from(`say ${data.length}\n`), data]));
}

/** What the kernel was started with; what a program is given beside it is taken back at its end. */
const usual = { ...process.env };

function give(entries) {
  const before = new Map();
  for (const entry of entries) {
    const [, name, value] = /^([^=]*)=([^]*)$/.exec(entry) ?? [];
    if (name === undefined || usual[name] === value) continue;
    before.set(name, process.env[name]);
    process.env[name] = value;
  }
  return before;
}

function takeBack(before) {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

function begin(argv, entries) {
  current = { timers: new Set(), answered: false, before: give(entries) };
  if (argv[0] === "complete") {
    say(completions(argv[2], Number(argv[1])));
    return end(0);
  }
  // Nothing of ours keeps the process alive now: a program has ended when its own work has.
  control.unref();
  run(argv.at(-1));
}

function end(code) {
  if (current === null) return;
  if (code !== 0) current.timers.forEach((it) => clearTimeout(it));
  versions = versionsOfModules();
  takeBack(current.before);
  current = null;
  process.exitCode = undefined;
  control.ref();
  write(`end ${Number(code) & 0xff}\n`);
}

function fail(text, code = 1) {
  process.stderr.write(`${text}\n`);
  end(code);
}

function run(file) {
  forgetChangedModules();
  const module = { exports: {}, filename: file, id: ".", loaded: false, children: [], paths: [] };
  const require = createRequire(file);
  require.main = module;
  const names = { require, module, exports: module.exports, __filename: file, __dirname: path.dirname(file) };
  Object.assign(globalThis, names);
  process.argv[1] = file;
  let source = fs.readFileSync(file, "utf8");
  const shows = showsItsValue(source);
  source = `${withImports(source, file)}\n//# sourceURL=${file}`;
  const program = current;
  const options = { expression: source, replMode: true, awaitPromise: true };
  const evaluate = () => session.post("Runtime.evaluate", options, (error, answer) => answered(program, shows, error, answer));
  globalThis[EVALUATE] = evaluate;
  try {
    vm.runInThisContext(`globalThis[Symbol.for("${EVALUATE.description}")]()`, { breakOnSigint: true });
  } catch (error) {
    renewOutputs();
    if (program === current) fail(error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" ? "interrupted" : told(error), INTERRUPTED);
  }
  delete globalThis[EVALUATE];
}

/** Whatever was interrupted while it wrote has left its stream in the middle of that for ever. */
function renewOutputs() {
  for (const [fd, name] of [[1, "stdout"], [2, "stderr"]]) {
    const output = new net.Socket({ fd, readable: false, writable: true });
    output.unref();
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => output });
    console[`_${name}`] = output;
  }
}

const EVALUATE = Symbol.for("runbook.evaluate");
const SHOW = Symbol.for("runbook.show");

function answered(program, shows, error, answer) {
  if (program !== current) return;
  program.answered = true;
  if (error) return fail("interrupted", INTERRUPTED);
  if (answer.exceptionDetails !== undefined) return fail(told(answer.exceptionDetails));
  // Known now; it goes on until its timers, requests and streams are done.
  if (shows) show(answer.result);
}

/** A semicolon at the end says that the value is not wanted, and a closing brace that there was none. */
function showsItsValue(source) {
  const last = source.replace(/\/\/[^\n]*$|\/\*(?:[^*]|\*(?!\/))*\*\/\s*$/, "").trimEnd().at(-1);
  return last !== undefined && last !== ";" && last !== "}";
}

function show(result) {
  const isOfNoInterest = ["Timeout", "Immediate", "Promise"].includes(result.className);
  if (result.type === "undefined" || isOfNoInterest) return;
  globalThis[SHOW] = (value) => display(value);
  if (result.objectId === undefined) {
    display(result.type === "bigint" || result.value === undefined ? { [PLAIN]: result.description ?? result.unserializableValue } : result.value);
  } else {
    const functionDeclaration = `function () { "use strict"; globalThis[Symbol.for("${SHOW.description}")](this); }`;
    session.post("Runtime.callFunctionOn", { objectId: result.objectId, functionDeclaration }, () => {});
  }
  delete globalThis[SHOW];
}

const PLAIN = Symbol("plain");
const BUNDLE = Symbol.for("Jupyter.display");
let shown = 0;

/** Shows values: those that know how, by `Symbol.for("Jupyter.display")`, in their own way. */
function display(value, { id, raw = false } = {}) {
  const bundle = raw ? value : bundleOf(value);
  const name = id === true ? `display-${(shown += 1)}` : id;
  say(name === undefined ? { display: bundle } : { display: bundle, id: String(name) });
  return name;
}

function bundleOf(value) {
  const plain = { "text/plain": value?.[PLAIN] ?? inspect(value) };
  const own = typeof value?.[BUNDLE] === "function" ? value[BUNDLE]() : {};
  return { ...plain, ...own };
}

/** The loop has nothing left to do. */
process.on("beforeExit", () => {
  if (current === null) return;
  if (!current.answered) return fail("Warning: Detected unsettled top-level await", STUCK);
  end(process.exitCode ?? 0);
});

const uncaught = (error) => {
  if (current === null) process.stderr.write(`${told(error)}\n`);
  else if (error !== LEAVING) fail(told(error));
};
process.on("uncaughtException", uncaught);
process.on("unhandledRejection", uncaught);
process.on("SIGINT", () => {
  if (current !== null) fail("interrupted", INTERRUPTED);
});

const LEAVING = new Error("process.exit() was called");

/** Ends the program, and not the kernel. */
process.exit = (code) => {
  end(code ?? process.exitCode ?? 0);
  throw LEAVING;
};

/** What an error says, without the frames below the program, which are ours. */
function told(error) {
  const { exception, text, lineNumber, columnNumber, url } = error?.exceptionDetails ?? error ?? {};
  if (error instanceof Error || text === undefined) return `Uncaught ${withoutOurs(inspect(error))}`;
  const said = withoutOurs(exception?.description ?? exception?.value ?? text);
  const place = exception?.className === "SyntaxError" ? `\n    at ${url || process.argv[1]}:${lineNumber + 1}:${columnNumber + 1}` : "";
  return `Uncaught ${said}${place}`;
}

function withoutOurs(text) {
  const lines = String(text).split("\n");
  const ours = lines.findIndex((it) => /^\s+at .*(node:inspector|\[eval\]|node:internal\/)/.test(it));
  return (ours < 0 ? lines : lines.slice(0, ours)).join("\n");
}

// Timers that an interrupted program left behind are not to go on.
for (const name of ["setTimeout", "setInterval"]) {
  const plain = globalThis[name];
  const kept = (...rest) => {
    const timer = plain(...rest);
    current?.timers.add(timer);
    return timer;
  };
  globalThis[name] = Object.defineProperties(kept, Object.getOwnPropertyDescriptors(plain));
}

// A server is there for later programs: the one that started it need not wait for its end.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...rest) {
  this.on("connection", (it) => it.unref());
  return listen.apply(this, rest).unref();
};

function modulesOfWorkspace() {
  return Object.keys(require.cache).filter((it) => it.startsWith(`${workspace}/`));
}

function versionOf(file) {
  const { mtimeMs, size, ino } = fs.statSync(file, { throwIfNoEntry: false }) ?? {};
  return `${mtimeMs}-${size}-${ino}`;
}

function versionsOfModules() {
  return new Map(modulesOfWorkspace().map((it) => [it, versionOf(it)]));
}

/** Modules of the workspace are loaded anew once a file of theirs has changed. */
function forgetChangedModules() {
  const loaded = versionsOfModules();
  const changed = [...loaded].some(([file, version]) => (versions.get(file) ?? version) !== version);
  if (changed) for (const file of loaded.keys()) delete require.cache[file];
}

/** Programs that the inspector runs may import nothing by themselves. */
globalThis[Symbol.for("runbook.import")] = (specifier, options) => {
  const name = String(specifier);
  if (!/^\.{0,2}\//.test(name)) return import(name, options);
  const file = path.resolve(workspace, name);
  return import(`${pathToFileURL(file).href}?v=${versionOf(file)}`, options);
};
const IMPORT = 'globalThis[Symbol.for("runbook.import")]';

/** Puts what the inspector can run in the place of imports. */
function withImports(source, file) {
  const meta = `({ url: ${JSON.stringify(pathToFileURL(file).href)}, filename: __filename, dirname: __dirname })`;
  let out = "";
  let from = 0;
  for (const at of wordsOutsideText(source, "import")) {
    const rest = source.slice(at);
    const statement = /^import\s*(?:([\w$*{}\s,]+?)\s*\bfrom\s*)?(["'])([^"'\n]+)\2(?:\s*with\s*(\{[^}]*\}))?/.exec(rest);
    const call = /^import\s*\(/.exec(rest);
    const property = /^import\s*\.\s*meta\b/.exec(rest);
    const found = call ?? property ?? statement;
    if (found === null || at < from) continue;
    const instead = call ? `${IMPORT}(` : property ? meta : declaration(statement[1], statement[3], statement[4]);
    // Lines keep their numbers.
    const lines = "\n".repeat(found[0].split("\n").length - 1);
    out += source.slice(from, at) + instead + lines;
    from = at + found[0].length;
  }
  return out + source.slice(from);
}

function declaration(names, specifier, attributes) {
  const options = attributes === undefined ? "" : `, { with: ${attributes} }`;
  const load = `await ${IMPORT}(${JSON.stringify(specifier)}${options})`;
  if (names === undefined) return load;
  const [, first, rest] = /^\s*([\w$]+)?\s*,?\s*([^]*)$/.exec(names);
  const all = /^\*\s*as\s+([\w$]+)/.exec(rest)?.[1];
  const some = /^\{([^}]*)\}/.exec(rest)?.[1].replace(/\s+as\s+/g, ": ").replace(/\s+/g, " ");
  const parts = [first === undefined ? "" : `default: ${first}`, some ?? ""].filter((it) => it.trim() !== "");
  if (all === undefined) return `const { ${parts.join(", ")} } = ${load}`;
  return `const ${all} = ${load}${first === undefined ? "" : `, { default: ${first} } = ${all}`}`;
}

/** Where a word stands in code, and not in text, comments or patterns. */
function wordsOutsideText(source, word) {
  const found = [];
  const skip =
    /\/\/[^\n]*|\/\*[^]*?\*\/|'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"|`(?:\\[^]|[^`\\])*`|(?<=(?:^|[=(,:;!&|?{}[\n+]|\breturn|\btypeof)\s*)\/(?![*\/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\/\\\n[])+\/[a-z]*|[\w$.#]+/g;
  for (const match of source.matchAll(skip)) {
    const start = match[0] === word || match[0].startsWith(`${word}.meta`);
    if (start) found.push(match.index);
  }
  return found;
}

function completions(text, at) {
  const before = text.slice(0, at);
  const [, object, prefix] = /(?:([\w$.[\]"']+)\.)?([\w$]*)$/.exec(before) ?? [null, undefined, ""];
  let names = [];
  const collect = `(o) => { const all = new Set(); for (let it = Object(o); it; it = Object.getPrototypeOf(it)) Object.getOwnPropertyNames(it).forEach((n) => all.add(n)); return [...all]; }`;
  const expression = `(${collect})(${object ?? "globalThis"})`;
  const ask = { expression, throwOnSideEffect: true, returnByValue: true, silent: true };
  session.post("Runtime.evaluate", ask, (_, answer) => (names = answer?.result?.value ?? []));
  if (object === undefined) {
    session.post("Runtime.globalLexicalScopeNames", {}, (_, answer) => (names = [...names, ...(answer?.names ?? [])]));
  }
  const fitting = names.filter((it) => it.startsWith(prefix) && /^[\w$]+$/.test(it));
  return { completions: [...new Set(fitting)].sort().slice(0, MOST_COMPLETIONS), from: at - prefix.length, to: at };
}

// What only a program on the command line finds; these three are everybody's.
const EVERYBODYS = ["console", "crypto", "process"];
for (const name of builtinModules) {
  if (!EVERYBODYS.includes(name) && Object.getOwnPropertyDescriptor(globalThis, name)?.configurable) delete globalThis[name];
}
globalThis.display = display;
write(".");
