# The zygote: an interpreter that clones itself into sandboxes. It runs our text alone; it never sees a
# byte of a user, and its clones give up every right before they do.
#
#   3: packets of the launcher (`zygote.rs`): first the plan, then one for each sandbox
#   5: the guest
#
# What is done for each clone is machine code, which comes with the plan (`clone.rs`). The plan is a list
# of system calls that the launcher wrote, so that what isolates a sandbox is decided in one place and
# one language; here it is put into the form that the machine code reads.


def become_a_clone():
    """Returns in each clone, with its standard streams and its end of the guest's socket in place."""
    global _zygote
    import os
    import sys

    known, looked_at = set(sys.modules), set(sys.path_importer_cache)
    import _socket
    import ctypes
    import gc

    LINK = 3
    KEPT, ADDRESS_OF_KEPT, VARIABLE = 1, 2, 3
    VARIABLES = [b"workspace", b"processes", b"data"]
    kept = []

    def address(value):
        kept.append(value)
        return ctypes.addressof(value)

    def words(values):
        return address((ctypes.c_uint64 * len(values))(*values))

    def text(value):
        return address(ctypes.create_string_buffer(value))

    def slot(name):
        return ord(name) & 31

    # What the kernel gets, and how the machine code finds that.
    def argument(word):
        kind, value = word[:1], word[1:]
        if kind == b":":
            return text(value), 0
        if kind == b"=":
            return text(bytes.fromhex(value.decode())), 0
        if kind == b"%":
            program = bytes.fromhex(value.decode())
            return words([len(program) // 8, text(program)]), 0
        if kind == b"<":
            return slot(value), KEPT
        if kind == b"+":
            before = bytes.fromhex(value[1:].decode())
            return text(before + bytes(4)), ADDRESS_OF_KEPT | slot(value[:1]) << 8 | len(before) << 16
        if kind == b"$":
            return VARIABLES.index(value), VARIABLE
        return int(word) & (1 << 64) - 1, 0

    def parse(line):
        name, number, *arguments = line.split(b"\t")
        number, _, keep = number.partition(b">")
        arguments = [argument(it) for it in arguments] + [(0, 0)] * (6 - len(arguments))
        keep = slot(keep) if keep else 0
        return [int(number), keep, text(name), len(name), *(it[0] for it in arguments), *(it[1] for it in arguments)]

    socket = _socket.socket(fileno=LINK)
    plan, ancillary, _, _ = socket.recvmsg(1 << 16, _socket.CMSG_SPACE(4))
    code = int.from_bytes(ancillary[0][2], sys.byteorder)
    socket.detach()
    library = ctypes.PyDLL("/proc/self/fd/%d" % code)
    os.close(code)
    network, birth, calling, last = (it.split(b"\n") for it in plan.split(b"\n\n"))
    steps = words([word for line in network + birth + calling + last for word in parse(line)])
    serve, python = library.serve, ctypes.pythonapi
    serve.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_size_t]
    # What only the zygote needs is not there for programs to find.
    for name in set(sys.modules) - known:
        del sys.modules[name]
    for path in set(sys.path_importer_cache) - looked_at:
        del sys.path_importer_cache[path]
    gc.collect()
    gc.freeze()
    # As `os.fork` does it.
    python.PyOS_BeforeFork()
    serve(steps, len(network), len(birth) + len(calling), len(last))
    python.PyOS_AfterFork_Child()
    # To free all this would be to copy it.
    _zygote = kept, library, python, parse
