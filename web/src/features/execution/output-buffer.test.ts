import { describe, expect, it } from "vitest";
import { OutputBuffer } from "./output-buffer.ts";

function written(...chunks: string[]): OutputBuffer {
  const buffer = new OutputBuffer();
  for (const chunk of chunks) buffer.write("stdout", chunk);
  return buffer;
}

const base64 = (...bytes: number[]) => btoa(String.fromCharCode(...bytes));
const looks = (buffer: OutputBuffer) =>
  buffer.lines.flatMap((line) => line.runs.map((run) => [run.text, run.style?.className ?? ""]));

describe("lines", () => {
  it("a_trailing_newline_starts_no_visible_line", () => {
    expect(written("one\ntwo\n").lineCount).toBe(2);
    expect(written("one\ntwo").lineCount).toBe(2);
    expect(written("").lineCount).toBe(0);
  });

  it("a_line_split_over_chunks_stays_one_line_and_one_run", () => {
    const buffer = written("Hel", "lo\nwor", "ld");
    expect(buffer.text()).toBe("Hello\nworld");
    expect(buffer.lines[0]?.runs).toHaveLength(1);
  });

  it("stderr_keeps_its_own_runs_in_arrival_order", () => {
    const buffer = new OutputBuffer();
    buffer.write("stdout", "out\n");
    buffer.write("stderr", "err\n");
    buffer.write("stdout", "out again\n");
    expect(buffer.lines.slice(0, 3).map((line) => line.runs[0]?.stream)).toEqual(["stdout", "stderr", "stdout"]);
  });

  it("tabs_advance_to_the_next_multiple_of_eight", () => {
    expect(written("ab\tc").text()).toBe("ab      c");
  });
});

describe("carriage return and backspace", () => {
  it("progress_with_carriage_returns_is_one_line", () => {
    expect(written("10%\r", "20%\r", "100%\n", "done\n").text()).toBe("100%\ndone");
  });

  it("a_shorter_overwrite_leaves_the_rest_as_a_terminal_does", () => {
    expect(written("downloading\rdone").text()).toBe("doneloading");
    expect(written("downloading\r\u001b[Kdone").text()).toBe("done");
  });

  it("crlf_split_over_two_chunks_keeps_the_text", () => {
    expect(written("one\r", "\ntwo\r\n").text()).toBe("one\ntwo");
  });

  it("a_backspace_lets_the_next_character_replace_the_last", () => {
    expect(written("spin |\b/\b-\b\\").text()).toBe("spin \\");
    expect(written("\b\bok").text()).toBe("ok");
  });

  it("a_backspace_over_an_emoji_never_leaves_half_of_it", () => {
    expect(written("a🙂\bb").text()).toBe("ab");
    expect(written("🙂x\ry").text()).toBe("yx");
  });

  it("cursor_up_redraws_earlier_lines", () => {
    expect(written("a: 0%\nb: 0%\n", "\u001b[2A", "\ra: 9%\n\rb: 9%\n").text()).toBe("a: 9%\nb: 9%");
  });

  it("clearing_the_screen_forgets_what_was_shown", () => {
    expect(written("old\nold\n\u001b[H\u001b[2Jnew\n").text()).toBe("new");
  });
});

describe("colours", () => {
  it("a_colour_lasts_until_it_is_reset", () => {
    expect(looks(written("\u001b[1;31mred\u001b[0m plain"))).toEqual([
      ["red", "ansi-bold ansi-fg-1"],
      [" plain", ""],
    ]);
  });

  it("a_sequence_split_at_every_position_gives_the_same_lines", () => {
    const text = "a\u001b[1;32mgreen\u001b[39mbold\u001b]8;;https://example.com\u001b\\link\u001b]0;title\u0007\u001b[0mz";
    const whole = looks(written(text));
    expect(whole.map(([part]) => part).join("")).toBe("agreenboldlinkz");
    for (let at = 1; at < text.length; at += 1) {
      expect(looks(written(text.slice(0, at), text.slice(at)))).toEqual(whole);
    }
  });

  it("palette_and_truecolour_become_css_colours", () => {
    const buffer = written("\u001b[38;5;196mred\u001b[48;2;1;2;3mx\u001b[m\u001b[38;5;9mnamed");
    const [red, both, named] = buffer.lines[0]?.runs ?? [];
    expect(red?.style?.color).toBe("rgb(255 0 0)");
    expect(both?.style?.background).toBe("rgb(1 2 3)");
    expect(named?.style?.className).toBe("ansi-fg-9");
  });

  it("each_stream_has_its_own_colour", () => {
    const buffer = new OutputBuffer();
    buffer.write("stdout", "\u001b[32m");
    buffer.write("stderr", "plain\n");
    buffer.write("stdout", "green\n");
    expect(looks(buffer)).toEqual([
      ["plain", ""],
      ["green", "ansi-fg-2"],
    ]);
  });

  it("an_unfinished_sequence_without_end_is_not_kept_for_ever", () => {
    expect(written(`\u001b]0;${"x".repeat(10_000)}`, "after").text()).toBe("after");
  });
});

describe("bytes", () => {
  it("a_character_split_over_two_base64_chunks_is_whole", () => {
    const buffer = new OutputBuffer();
    buffer.write("stdout", base64(0xf0, 0x9f), "base64");
    buffer.write("stdout", base64(0x99, 0x82, 0x0a), "base64");
    expect(buffer.text()).toBe("🙂");
  });

  it("bytes_that_are_not_text_show_a_replacement_and_download_unchanged", async () => {
    const buffer = new OutputBuffer();
    buffer.write("stdout", base64(0xff, 0x41), "base64");
    buffer.write("stdout", "é");
    expect(buffer.text()).toBe("\ufffdAé");
    expect([...new Uint8Array(await new Blob(buffer.raw).arrayBuffer())]).toEqual([0xff, 0x41, 0xc3, 0xa9]);
  });

  it("an_unfinished_character_before_text_shows_a_replacement", () => {
    const buffer = new OutputBuffer();
    buffer.write("stdout", base64(0xf0, 0x9f), "base64");
    buffer.write("stdout", "text");
    expect(buffer.text()).toBe("\ufffdtext");
  });
});

describe("size", () => {
  it("a_line_of_a_megabyte_without_newline_is_one_run", () => {
    const buffer = written(...Array.from({ length: 1024 }, () => "x".repeat(1024)));
    expect(buffer.lineCount).toBe(1);
    expect(buffer.lines[0]?.length).toBe(1_048_576);
    expect(buffer.lines[0]?.runs).toHaveLength(1);
  });

  it("a_hundred_thousand_lines_in_uneven_chunks_are_all_there", () => {
    const text = Array.from({ length: 100_000 }, (_, at) => `line ${at + 1}\n`).join("");
    const buffer = new OutputBuffer();
    for (let at = 0; at < text.length; at += 777) buffer.write("stdout", text.slice(at, at + 777));
    expect(buffer.lineCount).toBe(100_000);
    expect(buffer.lines[99_999]?.runs[0]?.text).toBe("line 100000");
    expect(buffer.text()).toBe(text.trimEnd());
  });
});
