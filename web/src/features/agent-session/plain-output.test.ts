import { expect, it } from "vitest";
import { plainOutput, withNothingUnseen } from "./plain-output.ts";

it("colours_and_titles_of_terminals_are_left_out", () => {
  expect(plainOutput("\u001b[1;31mred\u001b[0m \u001b]0;title\u0007end\r\n")).toBe("red end\n");
});

it("other_control_characters_are_seen_to_be_there", () => {
  expect(plainOutput("a\u0000b\tc\u001b")).toBe("a�b\tc�");
});

it("what_somebody_approves_hides_no_character", () => {
  expect(withNothingUnseen("rm \u202e-rf\u200b a\n\tb")).toBe("rm ⟨U+202E⟩-rf⟨U+200B⟩ a\n\tb");
});
