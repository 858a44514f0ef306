import { describe, expect, it } from "vitest";
import { FakeHub, page, shelf, until } from "./fake-hub.ts";
import { KeptChanges } from "./kept-changes.ts";
import type { LiveText } from "./live-text.ts";

const put = (text: LiveText, at: number, insert: string) => text.edit([{ from: at, to: at, insert }]);

describe("LiveText", () => {
  it("what_one_page_types_another_shows_and_the_server_stores", async () => {
    const hub = new FakeHub("one\n");
    const [mine, theirs] = [await page(hub), await page(hub)];
    expect(mine.state).toBe("saved");
    put(mine, 4, "two\n");
    expect(mine.state).toBe("saving");
    await until(() => theirs.text === "one\ntwo\n");
    const runbook = await mine.flush();
    expect(runbook.content).toBe("one\ntwo\n");
    expect([mine.state, theirs.state]).toEqual(["saved", "saved"]);
  });

  it("two_pages_that_edit_offline_agree_when_they_are_back", async () => {
    const hub = new FakeHub("middle\n");
    const [mine, theirs] = [await page(hub), await page(hub)];
    hub.online = false;
    hub.drop();
    put(mine, 0, "above\n");
    put(theirs, 7, "below\n");
    expect([mine.state, theirs.state]).toEqual(["offline", "offline"]);
    await expect(mine.flush()).rejects.toThrow("offline");
    hub.online = true;
    await until(() => {
      mine.retry();
      theirs.retry();
      return mine.text === theirs.text && mine.text.length === 19;
    });
    expect(mine.text).toBe("above\nmiddle\nbelow\n");
    expect(hub.runbook().content).toBe(mine.text);
  });

  it("words_typed_offline_outlive_the_page_and_are_dropped_once_stored", async () => {
    const hub = new FakeHub("kept\n");
    const browser = shelf();
    const before = await page(hub, browser);
    hub.online = false;
    hub.drop();
    put(before, 5, "typed offline\n");
    before.close();
    hub.online = true;
    hub.doc.getText("content").insert(0, "changed since\n");
    const after = await page(hub, browser);
    expect(after.text).toBe("changed since\nkept\ntyped offline\n");
    expect(after.touched).toBe(true);
    await after.flush();
    expect(hub.runbook().content).toBe(after.text);
    expect(browser.length).toBe(0);
  });

  it("kept_words_that_fit_no_longer_are_shown_and_not_mixed_in", async () => {
    const browser = shelf();
    const before = await page(new FakeHub("old\n"), browser);
    put(before, 4, "mine\n");
    before.close();
    const after = await page(new FakeHub("another history\n"), browser);
    expect(after.text).toBe("another history\n");
    expect(after.orphan).toBe("old\nmine\n");
    after.forgetOrphan();
    expect([after.orphan, browser.length]).toEqual([null, 0]);
  });

  it("a_refused_text_says_why_and_is_tried_again_when_it_has_changed", async () => {
    const hub = new FakeHub("x\n");
    const text = await page(hub);
    put(text, 2, "y".repeat(2000));
    await until(() => text.state === "refused");
    expect(text.refusal).toBe("The document is too large.");
    await expect(text.flush()).rejects.toThrow("too large");
    await until(() => hub.sockets.size === 0);
    text.edit([{ from: 2, to: 2002, insert: "z\n" }]);
    await until(() => {
      text.retry();
      return text.state === "saving";
    });
    await text.flush();
    expect(hub.runbook().content).toBe("x\nz\n");
    expect(text.state).toBe("saved");
  });

  it("a_server_that_cannot_store_says_so_and_is_believed_again_when_it_can", async () => {
    const hub = new FakeHub("x\n");
    const text = await page(hub);
    put(text, 2, "y\n");
    hub.say({ event: "unsaved", error: "storage_full", message: "the disk is full" });
    await until(() => text.trouble !== null);
    expect([text.state, text.trouble]).toEqual(["saving", "The disk is full."]);
    await text.flush();
    expect([text.state, text.trouble]).toEqual(["saved", null]);
  });

  it("undo_takes_back_ones_own_words_and_leaves_those_of_others", async () => {
    const hub = new FakeHub("a\n");
    const [mine, theirs] = [await page(hub), await page(hub)];
    put(mine, 2, "mine\n");
    await until(() => theirs.text === "a\nmine\n");
    put(theirs, 0, "theirs\n");
    await until(() => mine.text === "theirs\na\nmine\n");
    mine.undo.undo();
    expect(mine.text).toBe("theirs\na\n");
    mine.undo.redo();
    expect(mine.text).toBe("theirs\na\nmine\n");
  });
});

it("a_full_or_damaged_storage_does_not_stop_the_editor", () => {
  const full = { ...shelf(), setItem: () => { throw new Error("quota"); } };
  expect(() => new KeptChanges("rb_1", "p", full).keep({ update: new Uint8Array(1), text: "" })).not.toThrow();
  const damaged = shelf();
  damaged.setItem("runbook.text.rb_1.p", "{");
  damaged.setItem("runbook.text.rb_1.q", '{"update":1}');
  expect(new KeptChanges("rb_1", "other", damaged).all()).toEqual([]);
});
