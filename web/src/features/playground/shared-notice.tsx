import type { CodeRun } from "@/api/schema.ts";
import { languageOf } from "@/features/code/language.ts";
import { Button } from "@/ui/button.tsx";
import { Notice } from "@/ui/notice.tsx";

interface SharedNoticeProps {
  program: CodeRun;
  onAdopt: () => void;
  onLeave: () => void;
}

/** Says that this program is somebody else's, what it asks for, and that nothing has run. */
export function SharedNotice({ program, onAdopt, onLeave }: SharedNoticeProps) {
  return (
    <Notice
      tone="neutral"
      className="mb-5"
      action={
        <span className="flex flex-wrap gap-2">
          <Button size="small" onClick={onLeave}>
            Back to my draft
          </Button>
          <Button size="small" look="primary" onClick={onAdopt}>
            Make it my draft
          </Button>
        </span>
      }
    >
      <strong className="font-semibold">This program came with a link.</strong> Whoever made the link wrote it. It has not run: read it
      first. {wants(program)}
    </Notice>
  );
}

/** What a program takes beside its code, in one sentence. */
function wants({ lang, dependencies, files, network }: CodeRun): string {
  const packages = dependencies?.length ?? 0;
  const asked = [
    packages > 0 ? `installs ${count(packages, "package")} from ${languageOf(lang).packages.source}` : null,
    files && files.length > 0 ? `brings ${count(files.length, "file")}` : null,
    Array.isArray(network) && network.length > 0 ? `reaches ${network.join(", ")}` : null,
  ].filter((it) => it !== null);
  return asked.length === 0 ? "It asks for nothing beside its sandbox." : `It ${asked.join(", and ")}.`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
