import { expect, it } from "vitest";
import { ApiError, problemOf, sentence } from "./errors.ts";

it("a_fragment_becomes_a_sentence_and_a_sentence_stays_as_it_is", () => {
  expect(["the port is taken", "Say why?", " `run` failed ", "no Go; to get it: apt install golang", ""].map(sentence)).toEqual([
    "The port is taken.",
    "Say why?",
    "`run` failed.",
    "No Go; to get it: apt install golang",
    "",
  ]);
});

it("a_refusal_tells_its_detail_and_keeps_its_code", async () => {
  const body = { title: "Conflict", detail: "the block was edited", status: 409, code: "block_changed" };
  const response = new Response(JSON.stringify(body), { status: 409, headers: { "content-type": "application/problem+json" } });
  expect(await problemOf(response)).toMatchObject({ message: "The block was edited.", code: "block_changed", status: 409 });
});

it("a_refusal_knows_where_in_the_request_its_reason_stands", async () => {
  const body = { title: "Bad Request", status: 400, field: "/env/a~1b~0c" };
  const response = new Response(JSON.stringify(body), { status: 400, headers: { "content-type": "application/problem+json" } });
  expect((await problemOf(response)).field).toEqual(["env", "a/b~c"]);
});

it("a_page_of_a_proxy_is_told_by_its_status", async () => {
  const response = new Response("<html>", { status: 502, headers: { "content-type": "text/html" } });
  const error = await problemOf(response);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ message: "The server failed to answer. Try again in a moment.", code: "unknown" });
});
