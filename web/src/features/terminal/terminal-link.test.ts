import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "@/api/errors.ts";
import { TerminalLink, type LinkState } from "./terminal-link.ts";

const server = vi.hoisted(() => ({ terminals: vi.fn() }));
vi.mock("@/api/client.ts", () => ({
  api: server,
  terminalSocket: (place: string, { id }: { id: number | null }) => `ws://hub.test${place}/terminal${id === null ? "" : `?id=${id}`}`,
}));

/** The server's end of each socket that was opened. */
const sockets: FakeSocket[] = [];

class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  readyState = FakeSocket.OPEN;
  binaryType = "";
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    sockets.push(this);
  }
  send(): void {}
  close(): void {}
  hangUp(code: number): void {
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
  say(news: object): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(news) }));
  }
}

beforeEach(() => {
  vi.stubGlobal("WebSocket", FakeSocket);
});
afterEach(() => {
  vi.unstubAllGlobals();
  server.terminals.mockReset();
  sockets.length = 0;
});

const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 });

function open(id: number | null) {
  const states: LinkState[] = [];
  const noop = () => undefined;
  const link = new TerminalLink("/api/agents/as_1", id, { rows: 24, columns: 80 }, { output: noop, begin: noop, opened: noop, state: (state) => states.push(state) });
  return { link, states };
}

it("a_sandbox_that_sleeps_says_so_instead_of_a_terminal", async () => {
  server.terminals.mockRejectedValue(new ApiError({ title: "conflict", detail: "the sandbox is asleep; send a message to wake it", status: 409 }));
  const { states } = open(null);
  expect(sockets[0]?.url).toBe("ws://hub.test/api/agents/as_1/terminal");
  sockets[0]?.hangUp(1006);
  await until(() => expect(states.at(-1)).toEqual({ is: "over", message: "The sandbox is asleep; send a message to wake it." }));
  expect(sockets.length).toBe(1);
});

it("a_line_that_breaks_comes_back_to_the_same_shell", async () => {
  server.terminals.mockResolvedValue({ items: [{ id: 3 }] });
  const { link, states } = open(null);
  sockets[0]?.say({ type: "ready", id: 3 });
  expect(states.at(-1)).toEqual({ is: "open" });
  sockets[0]?.hangUp(1006);
  await until(() => expect(sockets[1]?.url).toBe("ws://hub.test/api/agents/as_1/terminal?id=3"));
  link.close();
});

it("a_shell_that_has_ended_is_not_opened_again", async () => {
  server.terminals.mockResolvedValue({ items: [] });
  const { states } = open(3);
  sockets[0]?.hangUp(1006);
  await until(() => expect(states.at(-1)).toEqual({ is: "over", message: "The terminal has ended." }));
  expect(sockets.length).toBe(1);
});
