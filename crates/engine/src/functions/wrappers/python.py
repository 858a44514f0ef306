# Loads function.py, waits for one input, and writes what `run` returns into a file.
import json
import sys


def main():
    place = sys.argv[1]
    sys.argv[:] = ["function.py"]
    try:
        run = load()
        line = sys.stdin.buffer.readline().strip()
        if not line:
            return 0
        value = run(json.loads(line))
        if hasattr(value, "__await__"):
            import asyncio

            value = asyncio.run(wait(value))
    except Exception as error:
        show(error)
        return 1
    return leave(place, value)


def load():
    import function

    run = getattr(function, "run", None)
    if not callable(run):
        sys.exit("function.py defines no function run(input)")
    if getattr(getattr(run, "__code__", None), "co_flags", 0) & 0x80:
        # A coroutine: what it needs to run is there before its input is.
        import asyncio
    return run


async def wait(value):
    return await value


def leave(place, value):
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        sys.stderr.write(f"run returned what JSON cannot hold: {error}\n")
        return 1
    with open(place, "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(text)
    return 0


def show(error):
    # Without our own frames: the first line that counts is one of the function.
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    sys.excepthook(type(error), error.with_traceback(trace), trace)


if __name__ == "__main__":
    sys.exit(main())
