import { expect, it } from "vitest";
import { bareTex } from "./tex.ts";

it("a_formula_loses_its_delimiters", () => {
  expect(bareTex("$\\displaystyle x^2$")).toEqual({ text: "\\displaystyle x^2", display: true });
  expect(bareTex("$x$")).toEqual({ text: "x", display: false });
  expect(bareTex(" $$\nx\n$$ ")).toEqual({ text: "x", display: true });
  expect(bareTex("\\begin{pmatrix}1\\end{pmatrix}")).toEqual({ text: "\\begin{pmatrix}1\\end{pmatrix}", display: true });
  expect(bareTex("$")).toEqual({ text: "$", display: true });
});
