import { useState } from "react";
import { Link } from "react-router";
import { SnippetTabs } from "@/features/code/snippet-tabs.tsx";
import { paths } from "@/paths.ts";
import { Button } from "@/ui/button.tsx";
import { writeClipboard } from "@/ui/clipboard.ts";
import { Dialog } from "@/ui/dialog.tsx";
import { toast } from "@/ui/toasts.tsx";
import { requestOf } from "./draft.ts";
import type { Playground } from "./playground.ts";
import { runSnippets } from "./run-snippets.ts";
import { fragmentOf } from "./share.ts";

/** Characters of a link that browsers take everywhere. */
const longestLink = 1_000_000;

/** Takes the program elsewhere: as a link, or as a request of one's own. */
export function UseElsewhere({ playground }: { playground: Playground }) {
  const [copying, setCopying] = useState(false);
  const share = async () => {
    const { draft, language } = playground.state;
    const { request } = requestOf(draft, language);
    const link = location.origin + paths.playground(await fragmentOf(request));
    if (link.length > longestLink) {
      toast("The program and its files are too large for a link.", "failure");
    } else if (await writeClipboard(link)) {
      const whole = request.env ? "The whole program is in it, also the values of its environment." : "The whole program is in it.";
      toast(`Link copied. ${whole} Opening it runs nothing.`);
    } else {
      toast("The browser refused to copy the link.", "failure");
    }
  };
  return (
    <div className="flex flex-wrap gap-2">
      <Button icon="link" onClick={() => void share()}>
        Copy link
      </Button>
      <Button icon="terminal" onClick={() => setCopying(true)}>
        Copy as…
      </Button>
      {copying ? <SnippetDialog playground={playground} onClose={() => setCopying(false)} /> : null}
    </div>
  );
}

function SnippetDialog({ playground, onClose }: { playground: Playground; onClose: () => void }) {
  const { draft, language } = playground.state;
  const [snippets] = useState(() => runSnippets(requestOf(draft, language).request, location.origin));
  return (
    <Dialog
      title="Run it from elsewhere"
      size="large"
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          Close
        </Button>
      }
    >
      <p className="mb-4">
        Put a token with the scope <code className="font-mono text-[0.875em]">code:run</code> into{" "}
        <code className="font-mono text-[0.875em]">RUNBOOK_TOKEN</code>.{" "}
        <Link to={paths.account()} className="rounded font-medium text-accent underline decoration-accent/40 underline-offset-4 hover:decoration-current">
          Make one in your account
        </Link>
        .
      </p>
      <SnippetTabs snippets={snippets} />
    </Dialog>
  );
}
