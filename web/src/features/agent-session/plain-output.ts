/** What a tool printed, as plain text: terminals' colours and marks are left out, other control characters are shown. */

// Escape sequences, as ECMA-48 has them: CSI, OSC, and two-character ones.
// oxlint-disable-next-line no-control-regex
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

export function plainOutput(text: string): string {
  return text.replace(escapes, "").replace(/\r\n/g, "\n").replace(controls, "�");
}

// Control characters, and those that have no shape or turn the direction of what follows.
// oxlint-disable-next-line no-control-regex
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A text that somebody decides about: nothing of it is unseen. */
export function withNothingUnseen(text: string): string {
  return text.replace(unseen, (it) => `⟨U+${it.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}
