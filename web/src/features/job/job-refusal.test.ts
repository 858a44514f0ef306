import { expect, it } from "vitest";
import { ApiError } from "@/api/errors.ts";
import { refusedFields } from "./job-refusal.ts";

const refusal = (field?: string) => new ApiError({ title: "Bad Request", detail: "no", status: 400, code: "invalid", ...(field === undefined ? {} : { field }) });

it("what_the_server_refuses_is_told_beside_the_field_of_the_form", () => {
  expect(refusedFields(refusal("/payload/command"))).toEqual({ command: "No." });
  expect(refusedFields(refusal("/retries/max"))).toEqual({ retries: "No." });
  expect(refusedFields(refusal("/env/a~1b"))).toEqual({ env: "No." });
  expect(refusedFields(refusal("/artifacts_in/0/artifact"))).toEqual({ artifactsIn: "No." });
  expect(refusedFields(refusal("/job/priority"), ["job"])).toEqual({ priority: "No." });
});

it("what_concerns_no_field_of_the_job_is_told_once_for_all", () => {
  for (const error of [null, new Error("no"), refusal(), refusal("/payload"), refusal("/cron")]) expect(refusedFields(error)).toEqual({});
  expect(refusedFields(refusal("/cron"), ["job"])).toEqual({});
});
