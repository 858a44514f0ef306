# Boots as the interpreter's sitecustomize and lets the interpreter go on by itself: the program is
# opened, compiled and run by the same native code as in a plain start, and no frame of ours is below it.
import atexit
import gc
import os
import sys
from _weakref import ReferenceType as weakref

CONTROL, ATTACHMENT = 3, 4
PATH_ENTRY = '/proc/self/fd/4'
# Looking at more takes longer than it saves.
MOST_OBJECTS = 8000
boot_modules = None
boot_loader = None


class Name:
    """The file name with which the interpreter is about to run its main program.

    It was given on the command line before the real one was known. CPython holds it as a compact
    ASCII string of its own: two words of object header, then length, hash, state and the characters.
    """

    LENGTH, HASH = 16, 24

    def __init__(self, name):
        self.name = name
        self.memory = os.open('/proc/self/mem', os.O_RDWR)
        known = len(name).to_bytes(8, sys.byteorder)
        # It is kept once it was asked for.
        known += hash(name).to_bytes(8, sys.byteorder, signed=True)
        seen = os.pread(self.memory, 64 + len(name), id(name))
        self.characters = seen.index(name.encode('ascii'))
        if seen[self.LENGTH:self.LENGTH + 16] != known:
            raise SystemExit('the layout of strings is unknown')

    def become(self, name):
        put = lambda data, offset: os.pwrite(self.memory, data, id(self.name) + offset)
        put(name.encode('ascii') + b'\0', self.characters)
        put(len(name).to_bytes(8, sys.byteorder) + b'\xff' * 8, self.LENGTH)
        os.close(self.memory)


def remove_traces():
    os.close(ATTACHMENT)
    value = os.environ['PYTHONPATH'][len(PATH_ENTRY) + 1:]
    if value:
        os.environ['PYTHONPATH'] = value
    else:
        del os.environ['PYTHONPATH']
    sys.path.remove(PATH_ENTRY)
    sys.path_importer_cache.pop(PATH_ENTRY, None)
    sys.modules['zipimport']._zip_directory_cache.pop(PATH_ENTRY, None)
    for name in ('sitecustomize', 'atexit', 'gc'):
        sys.modules.pop(name, None)


def before_main(event, arguments):
    if event != 'cpython.run_file':
        return
    for holder in gc.get_referrers(before_main):
        if type(holder) is list:
            holder.remove(before_main)
    warm_up()
    gc.freeze()
    # Of a zygote, which puts its text before ours; what follows happens in its clones.
    if become := globals().get('become_a_clone'):
        become()
    name = Name(arguments[0])
    os.write(CONTROL, b'.')
    order = b''
    while chunk := os.read(CONTROL, 1 << 16):
        order += chunk
    if not order:
        os._exit(0)
    os.close(CONTROL)
    obey(order, name)


def warm_up():
    code = 'class A:\n def f(self, *a):\n  return [f"{x}" for x in a]\ntry:\n A().f(1)\nfinally:\n pass'
    exec(compile(code, '<standby>', 'exec'), {'__name__': 'standby', '__builtins__': __builtins__})


def obey(order, name):
    global boot_modules, boot_loader
    head, _, strings = order.partition(b'\n')
    if head.startswith(b'null'):
        read_nothing()
    cwd, count, *rest = strings[:-1].split(b'\0')
    argv = [os.fsdecode(it) for it in rest[:int(count)]]
    environment = dict(it.split(b'=', 1) for it in rest[int(count):])
    if os.getcwdb() != cwd:
        os.chdir(cwd)
    if dict(os.environb) != environment:
        for variable in [it for it in os.environb if it not in environment]:
            del os.environb[variable]
        os.environb.update(environment)
    prepared = sys.orig_argv[-1]
    arguments = argv[len(sys.orig_argv) - 1:]
    source = arguments[0]
    sys.orig_argv[:] = argv
    sys.argv[:] = arguments
    if sys.path and sys.path[0] == os.path.dirname(prepared):
        real = os.path.realpath(source) if os.path.exists(source) else source
        sys.path[0] = os.path.dirname(real)
    if sys.path_importer_cache.pop(prepared, ...) is None:
        sys.path_importer_cache[source] = None
    boot_modules = frozenset(sys.modules)
    boot_loader = sys.modules['__main__'].__loader__
    name.become(source)


def read_nothing():
    null = os.open('/dev/null', os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    # The stream remembers what it could do with the pipe.
    stdin = sys.stdin
    raw = type(stdin.buffer.raw)(0, 'rb', closefd=False)
    raw.name = '<stdin>'
    stdin.buffer.__init__(raw)
    stdin.__init__(stdin.buffer, stdin.encoding, stdin.errors, '\n')
    stdin.mode = 'r'


def leave():
    """The last of the exit handlers: after a plain end, skips what is left to do.

    The interpreter would tear itself down for 1 to 2 ms. It does so after all where somebody might
    see it, or where the exit code is not certainly 0.
    """
    if boot_modules is not None and ended_plainly() and streams_are_plain() and nothing_is_left():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    # Objects of the program may be held by those that were there before.
    gc.unfreeze()


def ended_plainly():
    # The interpreter forgets the file of its main program once that has ended, and not on the way out
    # of SystemExit. Any other exception leaves itself in `sys`.
    names = getattr(sys.modules.get('__main__'), '__dict__', {})
    # A main program that could not be opened never got a loader of its own.
    ran = names.get('__loader__', boot_loader) is not boot_loader
    if '__file__' in names or '__name__' not in names or not ran:
        return False
    inspects = sys.flags.inspect or 'PYTHONINSPECT' in os.environ
    return not (hasattr(sys, 'last_type') or hasattr(sys, 'last_exc') or inspects)


def streams_are_plain():
    out, err = sys.stdout, sys.stderr
    same = out is sys.__stdout__ and err is sys.__stderr__
    return same and not getattr(out, 'closed', True) and not getattr(err, 'closed', True)


def nothing_is_left():
    if gc.get_debug() or any(is_foreign(it) for it in sys.modules if it not in boot_modules):
        return False
    objects = gc.get_objects()
    return len(objects) <= MOST_OBJECTS and not any(map(has_an_end, objects))


def is_foreign(name):
    """Whether a module may have buffers or exit handlers that only C knows of."""
    if name in ('_ctypes', 'readline', '_curses', '_tkinter'):
        return True
    file = getattr(sys.modules.get(name), '__file__', None) or ''
    return file.endswith('.so') and '/lib-dynload/' not in file


def has_an_end(it):
    """Whether something happens when an object goes."""
    kind = type(it)
    if kind is weakref:
        # The caches of abstract classes have one that nobody sees.
        return it.__callback__ is not None and getattr(it.__callback__, '__name__', '') != '_destroy'
    if kind is type:
        return '__del__' in it.__dict__
    return hasattr(kind, '__del__') and it is not sys.stdin.buffer.raw


sys.addaudithook(before_main)
atexit.register(leave)
remove_traces()
# The real one, if there is one; otherwise the error by which `site` knows that.
import sitecustomize
