import { expect, it } from "vitest";
import { filterOf, searchOf, viewIn } from "./library-view.ts";

const view = (search: string) => viewIn(new URLSearchParams(search));

it("a_view_reads_back_from_its_address", () => {
  for (const search of ["", "q=pg_dump+--clean", "view=recent", "folder=fld_1&sort=title", "view=starred&tag=db"]) {
    expect(searchOf(view(search)).toString()).toBe(search);
  }
  expect(searchOf(view("view=odd&sort=odd")).toString()).toBe("");
});

it("the_top_shows_what_lies_in_no_folder_once_there_are_folders", () => {
  expect(filterOf(view(""), false).toString()).toBe("sort=updated");
  expect(filterOf(view(""), true).toString()).toBe("sort=updated&folder=top");
  expect(filterOf(view("tag=db"), true).toString()).toBe("tag=db&sort=updated");
  expect(filterOf(view("view=starred"), true).toString()).toBe("sort=updated&starred=true");
  expect(filterOf(view("view=recent&sort=title"), true).toString()).toBe("sort=recent");
});
