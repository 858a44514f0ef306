import type { DisplayBundle } from "@/api/schema.ts";
import { useTheme } from "@/ui/theme.tsx";
import { richest } from "./display.ts";
import { frameDocument, frameHeight } from "./frame-document.ts";

/** The richest form of a MIME bundle that the page can show without trusting it. */
export function DisplayView({ bundle }: { bundle: DisplayBundle }) {
  const theme = useTheme((store) => store.theme);
  const form = richest(bundle);
  if (form === null) {
    return <p className="px-4 py-3 text-sm text-ink-faint">Output in a form that cannot be shown: {Object.keys(bundle).join(", ")}.</p>;
  }
  switch (form.kind) {
    case "frame":
      return (
        <div className="resize-y overflow-hidden" style={{ height: frameHeight(form.text) }}>
          {/* An opaque origin: scripts in it reach neither the page, nor its storage, nor its cookies. */}
          <iframe
            title="Output"
            sandbox="allow-scripts"
            srcDoc={frameDocument(form.text, theme)}
            referrerPolicy="no-referrer"
            className="block size-full border-0"
          />
        </div>
      );
    case "image":
      return (
        <div className="px-4 py-3">
          <img src={form.url} alt={form.alt} className="max-w-full rounded" />
        </div>
      );
    case "text":
      return <pre className="code overflow-x-auto px-4 py-2 text-[0.8125rem] whitespace-pre-wrap">{form.text}</pre>;
  }
}
