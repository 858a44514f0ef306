import { expect, it } from "vitest";
import { forgeOf } from "./repository-form.ts";

it("the_code_host_is_guessed_by_its_name", () => {
  expect(["https://github.com/a/b", "a/b", "git@gitlab.example.com:a/b.git", "https://gitlab.com/a/b", "https://git.example.com/a.git"].map(forgeOf)).toEqual(["GITHUB", "GITHUB", "GITLAB", "GITLAB", "GIT"]);
});
