import type { FormVariable, LocalComponent } from "@/api/local-schema.ts";
import { TextArea } from "@/ui/text-area.tsx";
import { defaultOf, isComputed, withFilledDefault } from "./components.ts";
import { textOf } from "./field-values.ts";
import { FormField } from "./form-field.tsx";
import { useGiven, useLocal, useRuns, useValues } from "./local-context.ts";
import { ScriptCard } from "./script-card.tsx";

/** What its fields are called here. */
const labels: Readonly<Record<string, string>> = {
  pull_request_title: "Title",
  pull_request_description: "Description",
  pull_request_labels: "Labels",
  branch_name: "Branch",
  commit_message: "Commit message",
};

const description = "pull_request_description";

/** A GitPullRequest: what is to be opened, and then where it is. A further click pushes to its branch. */
export function PullRequestCard({ component }: { component: LocalComponent }) {
  const { components } = useLocal();
  const { given } = useGiven(component);
  const runs = useRuns();
  const values = useValues();
  const outputs = runs.outputs[component.id] ?? {};
  const branch = textOf(values.typed[component.id]?.["branch_name"]);
  const isOpen = outputs["PR_URL"] !== undefined && (branch === "" || branch === outputs["PR_BRANCH"]);
  const clones = components.filter((it) => it.type === "git_clone");
  const hasClone = clones.length === 0 || clones.some(({ id }) => runs.outputs[id]?.["clone_path"] !== undefined);
  return (
    <ScriptCard component={component} verb={isOpen ? "Git push" : "Open pull request"}>
      {component.form ? (
        <div role="group" aria-label={`Inputs ${component.id}`} className="grid gap-x-5 gap-y-4 border-t border-line px-4 py-4 sm:grid-cols-2">
          {component.form.variables.map((variable) => (
            <PullRequestField key={variable.name} id={component.id} variable={withFilledDefault(variable, given)} />
          ))}
        </div>
      ) : null}
      {hasClone ? null : <p className="border-t border-line bg-warning-soft px-4 py-2.5 text-[0.8125rem] text-warning">Clone a repository first.</p>}
      <PullRequestLink number={outputs["PR_ID"]} url={outputs["PR_URL"]} branch={outputs["PR_BRANCH"]} />
    </ScriptCard>
  );
}

function PullRequestField({ id, variable }: { id: string; variable: FormVariable }) {
  const values = useValues();
  const { name } = variable;
  const typed = values.typed[id]?.[name];
  const change = (value: unknown) => values.set(id, name, value);
  const label = labels[name] ?? name;
  const problem = values.problemOf(id, name);
  const isWide = name.startsWith("pull_request_");
  return (
    <div data-input={`${id}.${name}`} className={`min-w-0 ${isWide ? "sm:col-span-2" : ""}`}>
      {name === description ? (
        <TextArea
          label={label}
          hint={variable.description}
          problem={problem}
          rows={5}
          placeholder={isComputed(variable) ? textOf(variable.default) : undefined}
          value={textOf(typed ?? defaultOf(variable))}
          onChange={(event) => change(event.target.value)}
        />
      ) : (
        <FormField variable={{ ...variable, name: label }} typed={typed} problem={problem} onChange={change} />
      )}
    </div>
  );
}

/** Only a web page is a link, whatever an output says. */
function PullRequestLink({ number, url, branch }: Partial<Record<"number" | "url" | "branch", string>>) {
  if (url === undefined || !/^https?:\/\//.test(url)) return null;
  return (
    <p className="border-t border-line px-4 py-2.5 text-[0.8125rem] break-words text-ink-soft">
      <a href={url} target="_blank" rel="noreferrer" className="font-medium text-accent underline underline-offset-2">
        Pull request {number}
      </a>{" "}
      of the branch <code className="font-mono">{branch}</code>
    </p>
  );
}
