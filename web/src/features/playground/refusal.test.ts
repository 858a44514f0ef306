import { expect, it } from "vitest";
import { ApiError } from "@/api/errors.ts";
import { fieldOf } from "./refusal.ts";

const refused = (field?: string) => fieldOf(new ApiError({ title: "Bad Request", status: 400, code: "invalid", ...(field === undefined ? {} : { field }) }));

it("what_the_server_refuses_is_told_beside_its_field", () => {
  expect(refused("/timeout")).toBe("timeout");
  expect(refused("/mem_limit_mb")).toBe("memory");
  expect(refused("/files/3/path")).toBe("files");
  expect(refused("/env")).toBe("env");
});

it("what_concerns_no_field_is_told_with_the_output", () => {
  expect(refused()).toBeNull();
  expect(refused("/lang")).toBeNull();
});
