import { memo, useEffect, useRef, useState } from "react";
import { highlight, type Token } from "./highlight.ts";
import { whenNear } from "./near.ts";

interface CodeProps {
  text: string;
  language: string | null;
  label?: string;
}

/** Code as text at once, and in colour when its grammar has arrived. Long lines scroll within. */
export const Code = memo(function Code({ text, language, label }: CodeProps) {
  const [coloured, setColoured] = useState<{ text: string; lines: Token[][] } | null>(null);
  const pre = useRef<HTMLPreElement>(null);
  useEffect(() => {
    let current = true;
    const colour = () =>
      highlight(text, language)
        .then((lines) => {
          if (current && lines) setColoured({ text, lines });
        })
        // Plain code is complete code.
        .catch(() => undefined);
    const forget = whenNear(pre.current, () => void colour());
    return () => {
      current = false;
      forget();
    };
  }, [text, language]);
  return (
    <pre ref={pre} tabIndex={0} aria-label={label ?? "Code"} role="region" className="code overflow-x-auto px-4 py-3.5 focus-visible:-outline-offset-2">
      <code>{coloured?.text === text ? <Tokens lines={coloured.lines} /> : text}</code>
    </pre>
  );
});

function Tokens({ lines }: { lines: Token[][] }) {
  return lines.map((line, row) => (
    // Tokens of an unchanging text: their place is their identity.
    // oxlint-disable-next-line react/no-array-index-key
    <span key={row}>
      {line.map((token, at) => (
        // oxlint-disable-next-line react/no-array-index-key
        <span key={at} style={token.color ? { color: token.color } : undefined}>
          {token.text}
        </span>
      ))}
      {row < lines.length - 1 ? "\n" : ""}
    </span>
  ));
}
