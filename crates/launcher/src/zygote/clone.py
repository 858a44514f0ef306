# The zygote: an interpreter that clones itself into sandboxes. It runs our text alone; it never sees a
# byte of a user, and its clones give up every right before they do.
#
#   3: packets of the launcher (`zygote.rs`): first the plan, then one for each sandbox
#   5: the guest
#
#   zygote ── clone3, new namespaces ──▶ first process ── fork ──▶ interpreter standing by
#                                             └── exec ──▶ guest
#
# The first process carries out the plan: a list of system calls that the launcher wrote, so that what
# isolates a sandbox is decided in one place and one language.


def become_a_clone():
    """Returns in each clone, with its standard streams and its end of the guest's socket in place."""
    global _zygote
    import os
    import sys

    known, looked_at = set(sys.modules), set(sys.path_importer_cache)
    import _signal
    import _socket
    import ctypes
    import gc

    LINK, EVENTS, STREAMS, LAST = 3, 4, 5, 8
    GUEST_HERE = 5
    # Above all numbers that the kernel gives out here by itself.
    GUEST, HAND, END = 100, 101, 200
    CLONE3, CLOSE_RANGE, EXECVEAT = 435, 436, {"x86_64": 322}.get(os.uname().machine, 281)
    CLOSE_AT_EXEC, EMPTY_PATH, MOST = 4, 0x1000, 0xFFFFFFFF

    library = ctypes.PyDLL(None, use_errno=True)
    call = library.syscall
    call.restype = ctypes.c_long
    call.argtypes = [ctypes.c_long] * 7
    kept = []

    def address(value):
        kept.append(value)
        return ctypes.addressof(value)

    def text(value):
        return address(ctypes.create_string_buffer(value))

    def words(*values):
        return (ctypes.c_uint64 * len(values))(*values)

    def pointers(texts):
        return address((ctypes.c_char_p * (len(texts) + 1))(*texts, None))

    def argument(word):
        kind, value = word[:1], word[1:]
        if kind == b":":
            return text(value)
        if kind == b"=":
            return text(bytes.fromhex(value.decode()))
        if kind == b"%":
            program = bytes.fromhex(value.decode())
            return address(words(len(program) // 8, text(program)))
        return int(word)

    # A step is its name, the name of its result, the arguments, and those that are not known yet.
    def parse(line):
        name, number, *words = line.split(b"\t")
        number, _, keep = number.partition(b">")
        late = [(at, word) for at, word in enumerate(words, 1) if word[:1] in b"<+$"]
        arguments = [0 if word[:1] in b"<+$" else argument(word) for word in words]
        return name, keep, [int(number), *arguments, *[0] * (6 - len(arguments))], late

    def late_argument(word, kept, variables):
        kind, value = word[:1], word[1:]
        if kind == b"<":
            return kept[value]
        if kind == b"+":
            return text(bytes.fromhex(value[1:].decode()) + kept[value[:1]].to_bytes(4, sys.byteorder))
        return argument(variables[value])

    socket = _socket.socket(fileno=LINK)
    room = _socket.CMSG_SPACE(64 * 4)

    def receive():
        packet, ancillary, _, _ = socket.recvmsg(1 << 16, room)
        found = b"".join(it[2] for it in ancillary)
        return packet, [int.from_bytes(found[at : at + 4], sys.byteorder) for at in range(0, len(found), 4)]

    plan = receive()[0]
    first, last = ([parse(line) for line in it.split(b"\n")] for it in plan.split(b"\n\n"))
    # What only the zygote needs is not there for programs to find.
    for name in set(sys.modules) - known:
        del sys.modules[name]
    for path in set(sys.path_importer_cache) - looked_at:
        del sys.path_importer_cache[path]

    def carry_out(steps, variables):
        results = {}
        for name, keep, arguments, late in steps:
            for at, word in late:
                arguments[at] = late_argument(word, results, variables)
            results[keep] = call(*arguments)
            if results[keep] < 0:
                raise OSError(ctypes.get_errno(), name)

    def close(first, last=MOST, how=0):
        call(CLOSE_RANGE, first, last, how, 0, 0, 0)

    def be_first(variables, descriptors, gate):
        os.read(gate, 1)
        _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
        # Out of the way of the numbers that the guest and the interpreter expect.
        os.dup2(GUEST_HERE, GUEST, False)
        for at, descriptor in enumerate(descriptors):
            os.dup2(descriptor, HAND + at, False)
        control, link = HAND, HAND + 1
        doors = HAND + 2 + (variables[b"events"] == b"1")
        try:
            for door in range(doors, HAND + len(descriptors)):
                try:
                    os.write(door, b"0")
                except OSError as error:
                    raise OSError(error.errno, b"enter the control group")
            carry_out(first, variables)
            stdin, stdout, stderr = os.pipe(), os.pipe(), os.pipe()
            ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
            child = os.fork()
        except OSError as error:
            name = error.strerror if isinstance(error.strerror, bytes) else b"make the interpreter"
            os.write(control, error.errno.to_bytes(4, "little") + name)
            os._exit(1)
        if child == 0:
            os.setsid()
            for at, descriptor in enumerate((stdin[0], stdout[1], stderr[1], theirs.fileno())):
                os.dup2(descriptor, END + at)
            for at in range(4):
                os.dup2(END + at, at, at < 3)
            # As objects they would close what now has their numbers.
            for it in (ours, theirs, socket):
                it.detach()
            close(LINK + 1)
            # Should that fail, the guest sees it and wants no such interpreter.
            carry_out(last, variables)
            return True
        ends = (stdin[1], stdout[0], stderr[0], ours.fileno())
        for at, descriptor in enumerate(ends):
            os.dup2(descriptor, END + at)
        os.dup2(link, LINK)
        for at in range(4):
            os.dup2(END + at, STREAMS + at)
        arguments = [b"guest"]
        if doors > HAND + 2:
            os.dup2(HAND + 2, EVENTS)
            arguments += [b"--memory-events", b"%d" % EVENTS]
        else:
            close(EVENTS, last=EVENTS)
        standby = b"%d,%d,%d,%d,%d" % (child, STREAMS, STREAMS + 1, STREAMS + 2, STREAMS + 3)
        arguments += [b"--standby", standby]
        close(LAST + 1, how=CLOSE_AT_EXEC)
        guest = (EXECVEAT, GUEST, text(b""), pointers(arguments), pointers([b"PATH=/usr/bin:/bin"]))
        call(*guest, EMPTY_PATH, 0)
        os.write(control, ctypes.get_errno().to_bytes(4, "little") + b"start the guest")
        os._exit(1)

    def write(path, value):
        file = os.open(path, os.O_WRONLY)
        try:
            os.write(file, value)
        finally:
            os.close(file)

    pidfd = ctypes.c_int(-1)
    birth = address((ctypes.c_uint64 * 11)())

    def clone(packet, descriptors):
        variables = dict(line.split(b"\t", 1) for line in packet.split(b"\n"))
        gate, opens = os.pipe()
        flags = int(variables[b"namespaces"])
        born = words(flags, ctypes.addressof(pidfd), 0, 0, int(_signal.SIGCHLD), 0, 0, 0, 0, 0, 0)
        child = call(CLONE3, ctypes.addressof(born), ctypes.sizeof(born), 0, 0, 0, 0)
        if child == 0:
            os.close(opens)
            return be_first(variables, descriptors, gate)
        try:
            if child < 0:
                raise OSError(ctypes.get_errno(), b"start a process in new namespaces")
            try:
                home = "/proc/%d/" % child
                if variables[b"groups"] == b"deny":
                    write(home + "setgroups", b"deny")
                write(home + "uid_map", variables[b"users"])
                write(home + "gid_map", variables[b"users"])
                os.write(opens, b"m")
                rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, pidfd.value.to_bytes(4, sys.byteorder))]
                socket.sendmsg([variables[b"number"] + b"\t0\t"], rights)
            except OSError as error:
                os.kill(child, 9)
                raise OSError(error.errno, b"map the user")
            finally:
                os.close(pidfd.value)
        except OSError as error:
            socket.send(b"%b\t%d\t%b" % (variables[b"number"], error.errno, error.strerror))
        finally:
            for descriptor in (gate, opens, *descriptors):
                os.close(descriptor)
        return False

    # The kernel reaps what has ended.
    _signal.signal(_signal.SIGCHLD, _signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    while True:
        packet, descriptors = receive()
        if not packet:
            os._exit(0)
        if clone(packet, descriptors):
            # To free all this would be to copy it.
            _zygote = clone
            return
