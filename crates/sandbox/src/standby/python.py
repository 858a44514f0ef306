# Boots as the interpreter's sitecustomize and lets the interpreter go on by itself: the program is
# opened, compiled and run by the same native code as in a plain start, and no frame of ours is below it.
import atexit
import gc
import os
import sys
from _signal import SIG_BLOCK, pthread_sigmask, sigtimedwait, valid_signals
from _thread import _count as count_threads
from _weakref import ReferenceType as weakref
from posix import _exit, getpid, getppid, kill

CONTROL, ATTACHMENT = 3, 4
# Says to the guest that this program has ended, and how long its answer is waited for.
END, PATIENCE = 64, 0.02
SIGNALS = valid_signals()
PATH_ENTRY = '/proc/self/fd/4'
# Looking at more takes longer than it saves.
MOST_OBJECTS = 8000
boot_modules = None
boot_loader = None
main_process = None
# What most programs are given is what is there already: the variables, as an order ends with them, and
# the working directory.
unchanged = here = None


class Name:
    """The file name with which the interpreter is about to run its main program.

    It was given on the command line before the real one was known. CPython holds it as a compact
    ASCII string of its own: two words of object header, then length, hash, state and the characters.
    """

    LENGTH, HASH = 16, 24

    def __init__(self, name):
        self.name = name
        known = len(name).to_bytes(8, sys.byteorder)
        # It is kept once it was asked for.
        known += hash(name).to_bytes(8, sys.byteorder, signed=True)
        memory = os.open('/proc/self/mem', os.O_RDONLY)
        seen = os.pread(memory, 64 + len(name), id(name))
        os.close(memory)
        characters = seen.index(name.encode('ascii'))
        if seen[self.LENGTH:self.LENGTH + 16] != known:
            raise SystemExit('the layout of strings is unknown')
        self.state = seen[self.HASH + 8:characters]

    def become(self, name):
        length = len(name).to_bytes(8, sys.byteorder)
        # A hash of -1 is one that nobody asked for yet.
        text = b'%b%b%b%b\0' % (length, b'\xff' * 8, self.state, name.encode('ascii'))
        memory = os.open('/proc/self/mem', os.O_WRONLY)
        os.pwrite(memory, text, id(self.name) + self.LENGTH)
        os.close(memory)


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
    global boot_modules, boot_loader, main_process
    if event != 'cpython.run_file':
        return
    for holder in gc.get_referrers(before_main):
        if type(holder) is list:
            holder.remove(before_main)
    rehearse()
    name = Name(arguments[0])
    boot_modules = frozenset(sys.modules)
    boot_loader = sys.modules['__main__'].__loader__
    kept_input = read_nothing()
    remember_input()
    gc.freeze()
    # Of a zygote, which puts its text before ours; what follows happens in its clones. Each page that
    # they write to, be it only to count a reference, they copy: so they do little more than wait.
    if become := globals().get('become_a_clone'):
        os.close(kept_input)
        become()
        kept_input = read_nothing()
        know_surroundings()
    os.write(CONTROL, b'.')
    order = receive()
    os.close(CONTROL)
    obey(order, name, kept_input)
    main_process = getpid()


def rehearse():
    """Does what lies between the order and the end of a program, but for what can be seen of it.

    The first time takes several times as long.
    """
    know_surroundings()
    code = REHEARSAL
    exec(compile(code, '<standby>', 'exec'), {'__name__': 'standby', '__builtins__': __builtins__})
    environment = [b'='.join(it) for it in os.environ._data.items()]
    arguments = [os.fsencode(it) for it in sys.orig_argv]
    parts = [b'null 0\n' + os.getcwdb(), b'%d' % len(arguments), *arguments, *environment, b'']
    order = b'\0'.join(parts)
    parse(order)
    _, cwd, _, environment = parse(order + b'-=\0')
    del environment[b'-']
    set_surroundings(cwd, environment)
    directory_of(os.fsdecode(cwd) + '/-')
    ended_plainly()
    streams_are_plain()
    none_is_foreign(frozenset(sys.modules))
    none_has_an_end(gc.get_objects()[:1])
    count_threads()
    sys.stdout.flush()
    sys.stderr.flush()


REHEARSAL = '''
class A:
    def f(self, *a): return [f"{x}" for x in a]
try:
    print(*A().f(""), end="")
finally:
    pass
'''


def receive():
    order = b''
    while chunk := os.read(CONTROL, 1 << 16):
        order += chunk
        head, is_whole, strings = order.partition(b'\n')
        if is_whole and len(strings) == int(head.split()[1]):
            return order
    _exit(0)


def know_surroundings():
    global unchanged, here
    unchanged = b''.join(b'\0%b=%b' % it for it in os.environ._data.items()) + b'\0'
    here = os.getcwdb()


def parse(order):
    """Of variables that are there already nothing is made."""
    head, _, strings = order.partition(b'\n')
    reads_nothing = head.startswith(b'null')
    if strings.endswith(unchanged):
        cwd, count, *argv = strings[:-len(unchanged)].split(b'\0')
        # Otherwise its last arguments look like variables.
        if len(argv) == int(count):
            return reads_nothing, cwd, [os.fsdecode(it) for it in argv], None
    cwd, count, *rest = strings[:-1].split(b'\0')
    argv = [os.fsdecode(it) for it in rest[:int(count)]]
    environment = dict(it.split(b'=', 1) for it in rest[int(count):])
    return reads_nothing, cwd, argv, environment


def set_surroundings(cwd, environment):
    global here
    if cwd != here:
        os.chdir(cwd)
        here = os.getcwdb()
    if environment is not None and os.environ._data != environment:
        for variable in [it for it in os.environb if it not in environment]:
            del os.environb[variable]
        os.environb.update(environment)


def directory_of(source):
    """The real directory of the real file, as far as it is there."""
    directory = os.path.dirname(source)
    # The kernel knows the working directory by its real name.
    if os.fsencode(directory) == here and not os.path.islink(source):
        return directory
    return os.path.dirname(os.path.realpath(source) if os.path.exists(source) else source)


def obey(order, name, kept_input):
    reads_nothing, cwd, argv, environment = parse(order)
    if reads_nothing:
        os.close(kept_input)
    else:
        read_from(kept_input)
        remember_input()
    set_surroundings(cwd, environment)
    prepared = sys.orig_argv[-1]
    arguments = argv[len(sys.orig_argv) - 1:]
    source = arguments[0]
    sys.orig_argv[:] = argv
    sys.argv[:] = arguments
    if sys.path and sys.path[0] == os.path.dirname(prepared):
        sys.path[0] = directory_of(source)
    if sys.path_importer_cache.pop(prepared, ...) is None:
        sys.path_importer_cache[source] = None
    name.become(source)


def read_nothing():
    """Most programs read nothing. Returns a number for what was to be read."""
    kept = os.dup(0)
    read_from(os.open('/dev/null', os.O_RDONLY))
    return kept


def read_from(descriptor):
    os.dup2(descriptor, 0)
    os.close(descriptor)


def remember_input():
    """The stream remembers what it could do with the descriptor."""
    stdin = sys.stdin
    raw = type(stdin.buffer.raw)(0, 'rb', closefd=False)
    raw.name = '<stdin>'
    stdin.buffer.__init__(raw, os.fstat(0).st_blksize)
    stdin.__init__(stdin.buffer, stdin.encoding, stdin.errors, '\n')
    stdin.mode = 'r'


def leave():
    """The last of the exit handlers: after a plain end, skips what is left to do.

    The interpreter would tear itself down for 1 to 2 ms. It does so after all where somebody might
    see it, or where the exit code is not certainly 0.
    """
    if main_process is not None and ended_plainly() and streams_are_plain() and nothing_is_left():
        sys.stdout.flush()
        sys.stderr.flush()
        if getpid() == main_process and count_threads() == 0:
            say_the_end()
        _exit(0)
    # Objects of the program may be held by those that were there before.
    gc.unfreeze()


def say_the_end():
    """Has the guest end this process, which need not free its memory first.

    No handler may run any more, and no other thread when this one waits.
    """
    pthread_sigmask(SIG_BLOCK, SIGNALS)
    kill(getppid(), END)
    sigtimedwait((), PATIENCE)


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
    if gc.get_debug() or not none_is_foreign(boot_modules):
        return False
    objects = gc.get_objects()
    return len(objects) <= MOST_OBJECTS and none_has_an_end(objects)


def none_is_foreign(known):
    return not any(map(is_foreign, sys.modules.keys() - known))


def none_has_an_end(objects):
    kinds = list(map(type, objects))
    # By number: what a metaclass calls equal is the program's.
    each = dict(zip(map(id, kinds), kinds)).values()
    return not any(map(may_have_an_end, each)) or not any(map(has_an_end, objects))


def is_foreign(name):
    """Whether a module may have buffers or exit handlers that only C knows of."""
    if name in ('_ctypes', 'readline', '_curses', '_tkinter'):
        return True
    file = getattr(sys.modules.get(name), '__file__', None) or ''
    return file.endswith('.so') and '/lib-dynload/' not in file


def may_have_an_end(kind):
    return kind is weakref or kind is type or hasattr(kind, '__del__')


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
