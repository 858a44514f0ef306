# Runs one program after another in one namespace, as `__main__`. What it hears and says on descriptor 3
# is told in the guest's `turn` and `standby`.
import _socket
import ast
import builtins
import inspect
import io
import json
import os
import signal
import sys
import types
from threading import RLock

CONTROL, ATTACHMENT = 3, 4
DISPLAYS = [
    ('_repr_html_', 'text/html'),
    ('_repr_markdown_', 'text/markdown'),
    ('_repr_svg_', 'image/svg+xml'),
    ('_repr_png_', 'image/png'),
    ('_repr_jpeg_', 'image/jpeg'),
    ('_repr_latex_', 'text/latex'),
    ('_repr_json_', 'application/json'),
]
MOST_COMPLETIONS = 200


class Host:
    """Whoever gives orders, and is told what is not output."""

    def __init__(self):
        self.socket = _socket.socket(fileno=CONTROL)
        self.socket.settimeout(None)
        self.lock = RLock()
        self.process = os.getpid()
        self.is_listening = False
        self.waiting = []

    def order(self):
        """The arguments of the next program, its environment, and the descriptor of its input; `None` at the end."""
        received, ancillary, _, _ = self.socket.recvmsg(1 << 16, _socket.CMSG_SPACE(4))
        for _, _, data in ancillary:
            stdin = int.from_bytes(data[:4], sys.byteorder)
            break
        else:
            stdin = None
        while received:
            head, is_whole, strings = received.partition(b'\n')
            if is_whole and len(strings) == int(head.split()[1]):
                _, count, *rest = strings[:-1].split(b'\0')
                return [os.fsdecode(it) for it in rest[:int(count)]], rest[int(count):], stdin
            more = self.socket.recv(1 << 16)
            if not more:
                break
            received += more
        return None, None, None

    def listen(self):
        with self.lock:
            self.is_listening = True
            for message in self.waiting:
                self.socket.sendall(message)
            self.waiting.clear()

    def say(self, message):
        """Says it now, or when the next program begins."""
        if os.getpid() != self.process:
            return
        data = json.dumps(message, default=repr).encode()
        data = b'say %d\n' % len(data) + data
        with self.lock:
            if self.is_listening:
                self.socket.sendall(data)
            elif len(self.waiting) < 100:
                self.waiting.append(data)

    def end(self, code):
        with self.lock:
            self.is_listening = False
            self.socket.sendall(b'end %d\n' % code)


class Environment:
    """What each program is given beside what the kernel was started with. None of it stays."""

    def __init__(self):
        self.usual = dict(os.environb)
        self.before = {}

    def give(self, entries):
        for entry in entries:
            name, _, value = entry.partition(b'=')
            if self.usual.get(name) != value:
                self.before[name] = os.environb.get(name)
                os.environb[name] = value

    def take_back(self):
        for name, value in self.before.items():
            if value is not None:
                os.environb[name] = value
            else:
                os.environb.pop(name, None)
        self.before.clear()


class Namespace:
    """What programs leave behind for those that follow."""

    def __init__(self):
        self.module = types.ModuleType('__main__')
        self.names = self.module.__dict__
        self.names['__builtins__'] = builtins
        sys.modules['__main__'] = self.module
        self.loop = None
        self.workspace = os.getcwd()
        self.files = {}

    def run(self, path):
        with open(path, 'rb') as file:
            source = file.read()
        self.names['__file__'] = path
        sys.argv[:] = [path]
        self.forget_changed_modules()
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        tree = compile(source, path, 'exec', flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not ends_quietly(source):
            last = ast.Expression(tree.body.pop().value)
        code = compile(tree, path, 'exec', flags, dont_inherit=True)
        if last is not None:
            last = compile(last, path, 'eval', flags, dont_inherit=True)
        try:
            self.evaluate_both(code, last)
        finally:
            self.files = self.modules()[1]

    def evaluate_both(self, code, last):
        self.evaluate(code)
        if last is not None:
            value = self.evaluate(last)
            if value is not None:
                self.names['_'] = value
                display(value)

    def evaluate(self, code):
        value = eval(code, self.names)
        if not code.co_flags & inspect.CO_COROUTINE:
            return value
        import asyncio
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(value)

    def modules(self):
        """Modules of the workspace by name, and the versions of their files."""
        modules = {}
        for name, module in list(sys.modules.items()):
            file = getattr(module, '__file__', None)
            if name != '__main__' and isinstance(file, str) and file.startswith(self.workspace + '/'):
                modules[name] = file
        return modules, {file: version_of(file) for file in modules.values()}

    def forget_changed_modules(self):
        """Modules of the workspace are imported anew once a file of theirs has changed."""
        modules, versions = self.modules()
        if any(self.files.get(file, version) != version for file, version in versions.items()):
            for name in modules:
                del sys.modules[name]
            import importlib
            importlib.invalidate_caches()

    def complete(self, at, text):
        start = at
        while start > 0 and (text[start - 1].isidentifier() or text[start - 1].isdigit()
                             or text[start - 1] == '.'):
            start -= 1
        *path, prefix = text[start:at].split('.')
        if path:
            found = self.names.get(path[0], getattr(builtins, path[0], None))
            for name in path[1:]:
                found = getattr(found, name, None)
            names = dir(found) if found is not None else []
        else:
            import keyword
            names = [*self.names, *dir(builtins), *keyword.kwlist]
        fitting = {it for it in names if it.startswith(prefix)}
        if not prefix.startswith('_'):
            fitting = {it for it in fitting if not it.startswith('_')}
        found = sorted(fitting)[:MOST_COMPLETIONS]
        host.say({'completions': found, 'from': at - len(prefix), 'to': at})


def version_of(file):
    try:
        status = os.stat(file)
        return status.st_mtime_ns, status.st_size, status.st_ino
    except OSError:
        return None


def ends_quietly(source):
    """A semicolon at the end says that the value is not wanted."""
    line = source.rstrip().rsplit(b'\n', 1)[-1]
    return line.partition(b'#')[0].rstrip().endswith(b';')


def bundle_of(value):
    """What shows a value, by media type."""
    bundle, bundled = {}, getattr(value, '_repr_mimebundle_', None)
    if isinstance(value, type):
        return {'text/plain': repr(value)}
    if bundled is not None:
        bundle = bundled() or {}
        # Some give metadata beside it.
        bundle = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
    for method, media_type in DISPLAYS:
        shown = getattr(value, method, None)
        content = shown() if callable(shown) and media_type not in bundle else None
        if content is not None:
            bundle[media_type] = content[0] if isinstance(content, tuple) else content
    if 'matplotlib.figure' in sys.modules and isinstance(value, sys.modules['matplotlib.figure'].Figure):
        bundle.setdefault('image/png', picture(value))
        if 'matplotlib.pyplot' in sys.modules:
            sys.modules['matplotlib.pyplot'].close(value)
    bundle.setdefault('text/plain', repr(value))
    return {media_type: text_of(content) for media_type, content in bundle.items()}


def text_of(content):
    if isinstance(content, (bytes, bytearray)):
        import base64
        return base64.b64encode(content).decode()
    return content


def picture(figure):
    data = io.BytesIO()
    figure.savefig(data, format='png', bbox_inches='tight')
    return data.getvalue()


class Display:
    """Something shown, which can be shown anew in the same place."""

    count = 0

    def __init__(self, display_id=None):
        Display.count += 1
        self.display_id = str(display_id or f'display-{Display.count}')

    def update(self, value, raw=False):
        bundle = value if raw else bundle_of(value)
        host.say({'display': bundle, 'id': self.display_id})

    display = update


def display(*values, display_id=None, raw=False, **_):
    """Shows values as tables, pictures or text. With `display_id` they can be updated."""
    handle = None if display_id is None else Display(None if display_id is True else display_id)
    for value in values:
        if handle is not None:
            handle.update(value, raw)
        else:
            host.say({'display': value if raw else bundle_of(value)})
    return handle


def update_display(value, *, display_id, raw=False, **_):
    Display(display_id).update(value, raw)


class Plots(types.ModuleType):
    """What matplotlib draws on, and shows when it is asked to or when a program ends."""

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        from matplotlib.backends import backend_agg
        # Of these, pyplot takes what the module holds once it has asked for the first.
        vars(self).update(FigureCanvas=backend_agg.FigureCanvasAgg, show=self.show)
        return vars(self).get(name) or getattr(backend_agg, name)

    @staticmethod
    def show(*_, **__):
        plots = sys.modules['matplotlib.pyplot']
        for number in plots.get_fignums():
            display(plots.figure(number))


def show_figures():
    plots = sys.modules.get('matplotlib.pyplot')
    if plots is not None and hasattr(plots, 'get_fignums'):
        Plots.show()


def read_from(stdin):
    descriptor = os.open(os.devnull, os.O_RDONLY) if stdin is None else stdin
    os.dup2(descriptor, 0)
    os.close(descriptor)
    raw = io.FileIO(0, 'r', closefd=False)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(raw), encoding='utf-8', errors='surrogateescape')


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def report(error):
    """Says what went wrong, without what is ours, as the interpreter would."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == report.__code__.co_filename:
        trace = trace.tb_next
    error.__traceback__ = trace
    sys.excepthook(type(error), error, trace)


def code_of(error):
    """The exit code of a program that ends with SystemExit."""
    if error.code is None or isinstance(error.code, int):
        return (error.code or 0) & 0xff
    print(error.code, file=sys.stderr)
    return 1


def perform(arguments):
    if arguments[0] == 'complete':
        namespace.complete(int(arguments[1]), arguments[2])
    else:
        namespace.run(arguments[-1])
        show_figures()


def run(arguments):
    global handler
    try:
        try:
            signal.signal(signal.SIGINT, handler)
            perform(arguments)
        finally:
            # A program may have set one of its own.
            handler = signal.signal(signal.SIGINT, ignore)
    except SystemExit as error:
        return code_of(error)
    except BaseException as error:
        report(error)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def ignore(*_):
    """A word to stop that came too late."""


def main():
    while True:
        arguments, entries, stdin = host.order()
        if arguments is None:
            return
        read_from(stdin)
        environment.give(entries)
        del entries
        host.listen()
        code = run(arguments)
        environment.take_back()
        flush()
        host.end(code)


os.close(ATTACHMENT)
os.set_inheritable(CONTROL, False)
sys.path[0] = os.getcwd()
sys.orig_argv[:] = sys.orig_argv[:1]
handler = signal.default_int_handler
signal.signal(signal.SIGINT, ignore)
builtins.display = display
builtins.update_display = update_display
sys.modules['runbook_plots'] = Plots('runbook_plots')
environment = Environment()
os.environ.setdefault('MPLBACKEND', 'module://runbook_plots')
host = Host()
namespace = Namespace()
os.write(CONTROL, b'.')
main()
