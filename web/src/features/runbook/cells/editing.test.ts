import { describe, expect, it } from "vitest";
import type { Block } from "@/api/schema.ts";
import { FakeHub, page, until } from "../text/fake-hub.ts";
import { Editing } from "./editing.ts";
import { splitCells } from "./split.ts";

const document = "# T\r\n\r\ntext\r\n\r\n```python name=a\r\nx = 1\r\n```\r\n\r\nlast\r\n";

const readBlocks = (content: string) =>
  splitCells(content).flatMap(({ fence, line, from }) => {
    if (!fence) return [];
    const code = content.slice(from + fence.bodyFrom, from + fence.bodyTo).replaceAll("\r\n", "\n");
    return [{ id: fence.info, line, end_line: line, code, content_hash: code } as Block];
  });

async function opened(content = document) {
  const hub = new FakeHub(content);
  hub.blocks = readBlocks;
  const live = await page(hub);
  const editing = new Editing(live);
  const id = (at: number) => editing.list.cells[at]?.id ?? "";
  return { hub, live, editing, id };
}

describe("Editing", () => {
  it("typing_changes_only_the_cell_in_edit_mode_and_undo_restores_every_byte", async () => {
    const { live, editing, id } = await opened();
    const ids = editing.list.cells.map((cell) => cell.id);
    editing.edit(id(1));
    expect(editing.editedText).toBe("text");
    editing.write({ from: 4, to: 4, insert: "\n\nmore" });
    expect(editing.editedText).toBe("text\n\nmore");
    expect(editing.list.cells.map((cell) => cell.id)).toEqual(ids);
    editing.leave();
    expect(live.text).toBe(document.replace("text", "text\r\n\r\nmore"));
    expect(editing.list.cells).toHaveLength(5);
    editing.edit(id(3));
    editing.write({ from: 5, to: 5, insert: "\ny = 2" });
    expect(live.text).toContain("x = 1\r\ny = 2\r\n```\r\n");
    editing.undo();
    editing.undo();
    expect(live.text).toBe(document);
  });

  it("every_action_is_one_step_of_undo", async () => {
    const { live, editing, id } = await opened();
    for (const act of [
      () => editing.remove(id(2)),
      () => editing.move(id(2), -1),
      () => editing.move(id(0), 1),
      () => editing.place(id(3), id(0), "above"),
      () => editing.duplicate(id(2)),
      () => editing.insert("code", id(0), "below"),
      () => editing.convert(id(2), "prose"),
      () => editing.convert(id(1), "code"),
      () => editing.changeLanguage(id(2), "bash"),
      () => editing.merge(id(0)),
    ]) {
      act();
      expect(live.text, String(act)).not.toBe(document);
      editing.undo();
      expect(live.text, String(act)).toBe(document);
      expect(editing.edited).toBeNull();
    }
  });

  it("new_text_is_written_with_its_first_word_and_leaves_nothing_if_there_is_none", async () => {
    const { live, editing, id } = await opened();
    editing.insert("prose", id(1), "below");
    expect(editing.list.cells).toHaveLength(5);
    editing.leave();
    expect([live.text, editing.list.cells.length]).toEqual([document, 4]);
    editing.insert("prose", id(1), "below");
    editing.write({ from: 0, to: 0, insert: "new" });
    editing.write({ from: 3, to: 3, insert: "er" });
    expect(live.text).toBe(document.replace("text\r\n", "text\r\n\r\nnewer\r\n"));
    editing.write({ from: 0, to: 5, insert: "" });
    editing.leave();
    expect(live.text).toBe(document);
  });

  it("the_cells_that_typing_only_moves_are_those_of_the_text", async () => {
    const { live, editing, id } = await opened();
    editing.edit(id(2));
    for (const insert of ["\n", "a", "\n\n", "```", "\n", "\n~~~"]) {
      const at = editing.editedText.length;
      editing.write({ from: at, to: at, insert });
      expect(editing.list.spans).toEqual(splitCells(live.text));
      expect(editing.list.cells.map(({ source }) => source)).toEqual(editing.list.spans.map(({ from, to }) => live.text.slice(from, to)));
    }
    editing.edit(id(0));
    editing.write({ from: 3, to: 3, insert: "itle" });
    editing.write({ from: 7, to: 7, insert: "\n\nmore" });
    const ids = editing.list.cells.map((cell) => cell.id);
    expect(editing.list.spans.slice(1)).toEqual(splitCells(live.text).slice(2));
    editing.leave();
    expect(editing.list.spans).toEqual(splitCells(live.text));
    expect(editing.list.cells.map((cell) => cell.id).toSpliced(1, 1)).toEqual(ids);
  });

  it("a_fence_opened_in_prose_never_swallows_what_follows", async () => {
    const { live, editing, id } = await opened();
    editing.edit(id(1));
    editing.write({ from: 4, to: 4, insert: "\n" });
    for (const [at, character] of [..."```sh"].entries()) editing.write({ from: 5 + at, to: 5 + at, insert: character });
    editing.write({ from: 10, to: 10, insert: "\nls" });
    expect(editing.editedText).toBe("text\n```sh\nls");
    editing.leave();
    expect(live.text).toBe(document.replace("text\r\n", "text\r\n```sh\r\nls\r\n```\r\n"));
    expect(editing.list.cells.map(({ kind }) => kind)).toEqual(["prose", "prose", "code", "code", "prose"]);
  });

  it("a_place_being_edited_stays_while_another_page_writes_above_and_below", async () => {
    const { hub, live, editing, id } = await opened();
    const other = await page(hub);
    editing.edit(id(1));
    const cell = editing.edited;
    other.edit([{ from: 0, to: 0, insert: "Above\r\n\r\n" }, { from: other.text.length, to: other.text.length, insert: "\r\nbelow\r\n" }]);
    await until(() => live.text === other.text);
    expect(editing.edited).toBe(cell);
    editing.write({ from: 0, to: 4, insert: "mine" });
    await until(() => live.text === other.text);
    expect(other.text).toBe(`Above\r\n\r\n${document.replace("text", "mine")}\r\nbelow\r\n`);
  });

  it("a_block_runs_with_the_hash_of_what_was_typed_and_keeps_its_id", async () => {
    const { editing, id } = await opened();
    const before = editing.list.cells[2]?.block;
    editing.edit(id(2));
    editing.write({ from: 0, to: 5, insert: "y = 2" });
    editing.insert("prose", id(0), "above");
    editing.write({ from: 0, to: 0, insert: "above" });
    const now = (await editing.latest()).find((block) => block.id === before?.id);
    expect([before?.content_hash, now?.content_hash, now?.id]).toEqual(["x = 1\n", "y = 2\n", before?.id]);
    const cell = editing.list.cells.find(({ block }) => block?.id === before?.id);
    expect((await editing.blockOf(cell?.id ?? ""))?.content_hash).toBe("y = 2\n");
  });

  it("a_split_puts_the_cursor_into_the_second_half", async () => {
    const { live, editing, id } = await opened();
    editing.edit(id(2));
    editing.split(2);
    expect(live.text).toContain("```python name=a\r\nx \r\n```\r\n\r\n```python\r\n= 1\r\n```");
    expect(editing.editedText).toBe("= 1");
  });
});
