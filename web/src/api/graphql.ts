/** Asks the server by GraphQL. Its refusals are the same `ApiError` as those of every other route. */
import { json } from "./client.ts";
import { ApiError } from "./errors.ts";
import type { ProblemCode } from "./schema.ts";

/** A query, mutation or subscription, with the types of what it takes and gives. */
export interface Document<Result, Variables> {
  text: string;
  /** Never there: it holds the types. */
  of?: (variables: Variables) => Result;
}

export interface GraphqlError {
  message: string;
  extensions?: { code?: ProblemCode; status?: number };
}

interface Answer<Result> {
  data?: Result | null;
  errors?: GraphqlError[];
}

export async function ask<Result, Variables>(document: Document<Result, Variables>, variables: Variables, signal?: AbortSignal): Promise<Result> {
  const answer = await json<Answer<Result>>("/graphql", { method: "POST", body: { query: document.text, variables }, signal });
  if (answer.errors?.length || !answer.data) throw refusalOf(answer.errors);
  return answer.data;
}

/** The first of the errors; one without a status would be refused again. */
export function refusalOf(errors: readonly GraphqlError[] | undefined): ApiError {
  const { message = "the server gave no answer", extensions = {} } = errors?.[0] ?? {};
  return new ApiError({ title: message, status: extensions.status ?? 400, code: extensions.code });
}
