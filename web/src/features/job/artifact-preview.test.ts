import { expect, it } from "vitest";
import { laidOut, previewOf } from "./artifact-preview.ts";

const of = (media_type: string, name = "x", size = 10) => previewOf({ media_type, name, size });

it("pictures_json_and_text_can_be_looked_at", () => {
  expect(of("image/png")).toBe("picture");
  expect(of("application/json; charset=utf-8")).toBe("json");
  expect(of("application/geo+json")).toBe("json");
  expect(of("text/csv")).toBe("text");
  expect(of("application/octet-stream", "run.log")).toBe("text");
});

it("what_can_hold_programs_is_shown_as_text", () => {
  expect(of("text/html", "page.html")).toBe("text");
  expect(of("image/svg+xml", "plan.svg")).toBe("text");
  expect(of("application/xhtml+xml")).toBe("text");
});

it("other_bytes_large_pictures_and_empty_files_are_only_downloaded", () => {
  expect(of("application/octet-stream", "x.bin")).toBeNull();
  expect(of("application/pdf")).toBeNull();
  expect(of("image/png", "x.png", 11 << 20)).toBeNull();
  expect(of("text/plain", "x.txt", 0)).toBeNull();
});

it("json_is_set_out_and_anything_else_left_as_it_is", () => {
  expect(laidOut('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(laidOut("{cut")).toBe("{cut");
});
