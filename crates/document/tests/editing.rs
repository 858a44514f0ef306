//! Changing one block, and keeping the ids of the others.

use document::{BlockId, Document, parse, replace_block_code};

fn edit(text: &str, block: usize, code: &str) -> String {
    replace_block_code(text, &parse(text).blocks[block], code)
}

fn ids(document: &Document) -> Vec<&str> {
    document.blocks.iter().map(|it| it.id.as_str()).collect()
}

fn revised(old: &Document, text: &str) -> Document {
    let previous: Vec<(BlockId, String)> =
        old.blocks.iter().map(|it| (it.id.clone(), it.content_hash.clone())).collect();
    let mut new = parse(text);
    new.adopt_ids(&previous);
    new
}

#[test]
fn only_the_changed_lines_are_rewritten() {
    for (what, text, code, expected) in [
        ("plain", "a\n```py\nx\ny\n```\nb", "x\nz\n", "a\n```py\nx\nz\n```\nb"),
        ("line endings", "```py\r\nx\r\n```\r\n", "y\nz\n", "```py\r\ny\r\nz\r\n```\r\n"),
        ("a carriage return of the code", "```py\n\r\r\nx\n```\n", "\nx\n", "```py\n\nx\n```\n"),
        (
            "quote",
            "> ```py\n> x\n>\n> y\n> ```\n",
            "x\n\nz\n\nw\n",
            "> ```py\n> x\n>\n> z\n>\n> w\n> ```\n",
        ),
        (
            "list",
            "1. ```py\n   x\n   ```\n",
            "if y:\n  z\n",
            "1. ```py\n   if y:\n     z\n   ```\n",
        ),
        ("indent", "  ```py\nx\n  ```\n", "x\n  y\n", "  ```py\nx\n    y\n  ```\n"),
        ("longer fence", "```md\nx\n```\n", "````\nx\n````\n", "`````md\n````\nx\n````\n`````\n"),
        ("longer tildes", "~~~ md\n~~~\n", "~~~\n", "~~~~ md\n~~~\n~~~~\n"),
        ("empty before", "```py\n```\n", "x", "```py\nx\n```\n"),
        ("empty after", "```py\nx\n```\n", "", "```py\n```\n"),
        ("unterminated", "```py", "x\n", "```py\nx\n"),
        ("prompts", "```sh\n$ a\nout\n$ b\n```\n", "a\nc\n", "```sh\n$ a\nout\n$ c\n```\n"),
        ("no prompts left", "```sh\n\n$ a\nout\n```\n", "", "```sh\n```\n"),
        (
            "hidden lines",
            "```rust\n# use x;\ny();\n```\n",
            "use x;\nz();\n",
            "```rust\n# use x;\nz();\n```\n",
        ),
        ("no new hidden lines", "```rust\nx();\n```\n", "# x\n", "```rust\n## x\n```\n"),
        (
            "cell options",
            "```{code-cell} python\n:tags: [a]\nx\n```\n",
            "y\n",
            "```{code-cell} python\n:tags: [a]\ny\n```\n",
        ),
    ] {
        assert_eq!(edit(text, 0, code), expected, "{what}");
    }
}

#[test]
fn an_edited_block_keeps_its_id_and_so_do_its_neighbours() {
    let old = parse("```py\na\n```\n```py\nb\n```\n```py\nc\n```\n");
    let new = revised(&old, "```py\na\n```\n```py\nB\n```\n```py\nc\n```\n");
    assert_eq!(ids(&new), ids(&old));
}

#[test]
fn a_block_inserted_above_gets_an_id_of_its_own() {
    let old = parse("```py\na\n```\n```py\na\n```\n");
    let new = revised(&old, "```py\nnew\n```\n```py\na\n```\n```py\na\n```\n");
    assert_eq!(ids(&new)[1..], ids(&old)[..]);
    assert!(!ids(&old).contains(&ids(&new)[0]));
}

#[test]
fn of_two_equal_blocks_the_one_that_stays_keeps_its_id() {
    let old = parse("```py\na\n```\n```py\nb\n```\n```py\na\n```\n");
    let new = revised(&old, "```py\nb\n```\n```py\na\n```\n");
    assert_eq!(ids(&new)[..], ids(&old)[1..]);
}

#[test]
fn moved_blocks_take_their_ids_along() {
    let old = parse("```py\na\n```\n```py\nb\n```\n```py\nc\n```\n");
    let new = revised(&old, "```py\nc\n```\n```py\na\n```\n```py\nb\n```\n");
    let expected = [ids(&old)[2], ids(&old)[0], ids(&old)[1]];
    assert_eq!(ids(&new), expected);
}

#[test]
fn a_name_is_the_id_unless_two_blocks_share_it() {
    let one = parse("```runnable python name=load\n```\n");
    assert_eq!(ids(&one), ["load"]);
    let two = parse("```runnable python name=load\n```\n```runnable python name=load\n```\n");
    assert!(!ids(&two).contains(&"load"));
}

#[test]
fn a_named_block_is_found_again_though_moved_and_edited() {
    let old = parse("```runnable python name=load\na\n```\n```py\nb\n```\n```py\nc\n```\n");
    let new = revised(&old, "```py\nc\n```\n```py\nd\n```\n```runnable python name=load\nA\n```\n");
    assert_eq!(ids(&new)[2], "load");
}

#[test]
fn lines_of_code_lead_back_to_lines_of_the_document() {
    let document = parse("text\n\n```{code-cell} python\n:tags: [a]\nx\ny\n```\n");
    let block = &document.blocks[0];
    assert_eq!((block.document_line(1), block.document_line(2)), (5, 6));
}
