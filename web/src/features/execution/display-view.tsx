import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import type { DisplayBundle } from "@/api/schema.ts";
import { useTheme } from "@/ui/theme.tsx";
import { richest } from "./display.ts";
import { chartBody, firstHeight, frameDocument, toldHeight } from "./frame-document.ts";
import { JsonTree } from "./json-tree.tsx";

const Formula = lazy(async () => ({ default: (await import("./formula.tsx")).Formula }));

/** The richest form of a MIME bundle that the page can show without trusting it. */
export function DisplayView({ bundle }: { bundle: DisplayBundle }) {
  const form = richest(bundle);
  if (form === null) {
    return <p className="px-4 py-3 text-sm text-ink-faint">Output in a form that cannot be shown: {Object.keys(bundle).join(", ")}.</p>;
  }
  switch (form.kind) {
    case "chart":
      return <Chart spec={form.spec} />;
    case "frame":
      return <Frame html={form.text} />;
    case "image":
      return (
        <div className="px-4 py-3">
          <img src={form.url} alt={form.alt} className="max-w-full rounded" />
        </div>
      );
    case "formula":
      return (
        <Suspense fallback={<pre className="code px-4 py-2 text-[0.8125rem]">{form.tex}</pre>}>
          <Formula tex={form.tex} />
        </Suspense>
      );
    case "markdown":
      return (
        <div className="prose px-4 py-3 text-[0.9375rem]">
          <Markdown remarkPlugins={markdown}>{form.text}</Markdown>
        </div>
      );
    case "tree":
      return <JsonTree value={form.value} label="JSON" />;
    case "text":
      return <pre className="code overflow-x-auto px-4 py-2 text-[0.8125rem] whitespace-pre-wrap">{form.text}</pre>;
  }
}

const markdown = [remarkGfm];

function Chart({ spec }: { spec: object }) {
  const html = useMemo(() => chartBody(spec), [spec]);
  return <Frame html={html} scripts={chartScripts} title="Chart" />;
}

const chartScripts = ["frame-chart.js"];

interface FrameProps {
  html: string;
  /** Of ours, beside the one that measures. */
  scripts?: readonly string[];
  title?: string;
}

/** HTML of a program in an opaque origin: it reaches neither the page, nor its storage, nor its cookies. */
function Frame({ html, scripts = [], title = "Output" }: FrameProps) {
  const theme = useTheme((store) => store.theme);
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(() => firstHeight(html));
  useEffect(() => {
    const onMessage = (event: MessageEvent) => {
      if (event.source !== frame.current?.contentWindow) return;
      const told = toldHeight(event.data);
      if (told !== null) setHeight(told);
    };
    addEventListener("message", onMessage);
    return () => removeEventListener("message", onMessage);
  }, []);
  return (
    <div className="resize-y overflow-hidden" style={{ height }}>
      <iframe
        ref={frame}
        title={title}
        sandbox="allow-scripts"
        srcDoc={frameDocument(html, theme, location.origin, scripts)}
        referrerPolicy="no-referrer"
        className="block size-full border-0"
      />
    </div>
  );
}
