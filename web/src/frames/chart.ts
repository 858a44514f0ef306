/**
 * Draws the chart that stands in the page as JSON. It runs in a frame with an opaque origin and no network,
 * for the specification comes from a program: its expressions are interpreted, never compiled, and data by
 * address is refused.
 */
import { expressionInterpreter } from "vega-interpreter";
import { parse, View, type Config, type Loader, type Spec } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

async function draw(on: HTMLElement): Promise<void> {
  const spec: unknown = JSON.parse(written);
  if (typeof spec !== "object" || spec === null) throw new Error("its description is not an object");
  const config = colours();
  const isVega = "$schema" in spec && typeof spec.$schema === "string" && /\/vega\/v\d/.test(spec.$schema);
  const vega = isVega ? (spec as Spec) : compile(spec as TopLevelSpec, { config: config as never }).spec;
  const runtime = parse(vega, config, { ast: true });
  const view = new View(runtime, { expr: expressionInterpreter, loader, renderer: "svg", container: on, hover: true });
  await view.runAsync();
  if (wanted.size > 0) {
    const words = document.createElement("p");
    words.textContent = `Data behind an address is not fetched: ${[...wanted].join(", ")}. Put the data into the chart.`;
    on.append(words);
  }
}

/** The words and lines of a chart in the colours of the page around it. */
function colours(): Config {
  const { color } = getComputedStyle(document.body);
  const line = getComputedStyle(document.documentElement).getPropertyValue("--line");
  const words = { labelColor: color, titleColor: color, labelFont: "system-ui", titleFont: "system-ui" };
  return {
    background: "transparent",
    axis: { ...words, gridColor: line, domainColor: line, tickColor: line },
    legend: words,
    title: { color, subtitleColor: color, font: "system-ui" },
    text: { fill: color },
    style: { "guide-label": { fill: color }, "guide-title": { fill: color }, cell: { stroke: line } },
  } as Config;
}

/** Addresses that the chart asks for. Vega itself goes on without them and says nothing. */
const wanted = new Set<string>();

function refuse(address: string): Promise<never> {
  wanted.add(address);
  return Promise.reject(new Error("nothing is fetched for a chart"));
}

const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse, options: {} } as unknown as Loader;

const place = document.getElementById("chart");
const written = document.getElementById("spec")?.textContent ?? "";

if (place) {
  draw(place).catch((error: unknown) => {
    place.textContent = `This chart cannot be drawn: ${error instanceof Error ? error.message : String(error)}`;
  });
}
