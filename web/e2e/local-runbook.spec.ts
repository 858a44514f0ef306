import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, output, test } from "./hub.ts";

// A server that runs elsewhere opens no document of this machine.
test.skip(() => !process.env.RUNBOOK_BIN, "skipped: RUNBOOK_BIN is not set");

/** Of its own each time: what was trusted once is remembered. */
const contentOf = (folder: string) => `# Greet

For ${folder}.

<Inputs id="who">
\`\`\`yaml
variables:
  - name: Name
    description: Who is greeted
    default: Ada
\`\`\`
</Inputs>

<Command
  id="greet"
  inputsId="who"
  title="Greet {{ .inputs.Name }}"
  successMessage="Greeted {{ .inputs.Name }}"
  command={\`echo "Hello {{ .inputs.Name }}"
echo "id=42" >> "$RUNBOOK_OUTPUT"
mkdir -p "$GENERATED_FILES/conf"
echo "name: {{ .inputs.Name }}" > "$GENERATED_FILES/conf/app.yml"\`}
/>

<Check id="verify" title="Verify" warnMessage="Could be better" command={\`echo "checked {{ .outputs.greet.id }}"
exit 2\`} />

<AwsAuth id="aws" />
`;

const card = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

test("a_runbook_with_components_asks_for_trust_takes_values_and_runs_what_was_approved", async ({ page, local }) => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
  const file = join(folder, "runbook.mdx");
  const content = contentOf(folder);
  writeFileSync(file, content);
  await page.goto(await local(file));
  await expect(page).toHaveURL(/\/local$/);
  await expect(page.getByRole("heading", { level: 1, name: "Greet" })).toBeVisible();
  await expect(page.getByText("runs on this machine as you")).toBeVisible();
  const [greet, verify] = [card(page, "Command greet"), card(page, "Check verify")];
  await expect(verify.getByText("Waits for output id of greet.")).toBeVisible();
  await expect(verify.getByRole("button", { name: "Check verify" })).toBeDisabled();

  await page.getByLabel("Name", { exact: true }).fill("Grace");
  await expect(greet.getByRole("heading", { name: "Greet Grace" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Script of greet" })).toContainText('echo "Hello Grace"');

  await greet.getByRole("button", { name: "Run greet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Trust and run" }).click();
  await expect(greet).toHaveAttribute("data-status", "success");
  await expect(greet.getByText("Greeted Grace")).toBeVisible();
  await expect(output(page, "greet")).toHaveText("Hello Grace");
  await expect(page.getByRole("table", { name: "Outputs of greet" }).getByRole("row", { name: "id 42" })).toBeVisible();
  await page.getByRole("button", { name: /^app\.yml/ }).click();
  await expect(page.getByRole("region", { name: "Content of conf/app.yml" })).toHaveText("name: Grace");

  await verify.getByRole("button", { name: "Check verify" }).click();
  await expect(verify).toHaveAttribute("data-status", "warning");
  await expect(verify.getByText("Could be better")).toBeVisible();
  await expect(output(page, "verify")).toHaveText("checked 42");
  await expect(page.getByText("2 of 2 done")).toBeVisible();

  await page.reload();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Grace");
  await expect(output(page, "greet")).toHaveText("Hello Grace");
  await expect(verify).toHaveAttribute("data-status", "warning");

  writeFileSync(file, content.replace('echo "Hello', 'echo "Evil'));
  await page.getByRole("button", { name: "Show changes" }).click();
  const changes = page.getByRole("dialog");
  await expect(changes).toContainText('+ echo "Evil');
  await changes.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("region", { name: "Script of greet" })).toContainText('echo "Hello Grace"');
  await page.getByRole("button", { name: "Re-approve" }).click();
  await expect(page.getByRole("region", { name: "Script of greet" })).toContainText('echo "Evil Grace"');
  await expect(page.getByRole("button", { name: "Re-approve" })).toHaveCount(0);
  rmSync(folder, { recursive: true, force: true });
});

test("fences_run_templates_follow_what_is_typed_and_what_is_sensitive_is_hidden", async ({ page, local }) => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
  const file = join(folder, "runbook.mdx");
  const form = "variables:\n  - name: Name\n    default: Ada\n  - name: Password\n    sensitive: true\n";
  const note = `<TemplateInline id="note" inputsId="who" generateFile outputPath="note.txt">\n\`\`\`\nFor {{ .inputs.Name }}\n\`\`\`\n</TemplateInline>`;
  const waiting = `<TemplateInline id="waits">\n\`\`\`\nGot {{ .outputs.say.id }}\n\`\`\`\n</TemplateInline>`;
  const say = `\`\`\`bash {run id=say inputsId=who}\necho "It is {{ .inputs.Password }}"\necho id=7 >> $RUNBOOK_OUTPUT\n\`\`\``;
  writeFileSync(file, `# ${folder}\n\n<Inputs id="who">\n\`\`\`yaml\n${form}\`\`\`\n</Inputs>\n\n${note}\n\n${waiting}\n\n${say}\n`);
  await page.goto(await local(file));
  const waits = card(page, "TemplateInline waits");
  await expect(waits.getByText("Waits for output id of say.")).toBeVisible();

  await page.getByRole("button", { name: "Generate note" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Trust and run" }).click();
  const content = page.getByRole("region", { name: "Content of note.txt" });
  await page.getByRole("button", { name: /^note\.txt/ }).click();
  await expect(content).toHaveText("For Ada");
  await page.getByLabel("Name", { exact: true }).fill("Grace");
  await expect(content).toHaveText("For Grace");

  await page.getByLabel("Password", { exact: true }).fill("abc");
  await expect(page.getByText("Too short to be hidden")).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill("correct-horse");
  await page.getByRole("button", { name: "Run say" }).click();
  await expect(output(page, "say")).toHaveText("It is ***");
  await expect(waits.getByText("Got 7")).toBeVisible();
  rmSync(folder, { recursive: true, force: true });
});

test("a_runbook_with_components_fits_a_phone", async ({ page, local }) => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
  const file = join(folder, "runbook.mdx");
  writeFileSync(file, contentOf(folder));
  await page.setViewportSize({ width: 375, height: 720 });
  await page.goto(await local(file));
  await expect(card(page, "Command greet")).toBeVisible();
  const beyond = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await beyond()).toBe(0);
  await page.getByRole("button", { name: "Run greet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Trust and run" }).click();
  await page.getByRole("tab", { name: "Files (1)" }).click();
  await expect(page.getByRole("button", { name: /^app\.yml/ })).toBeVisible();
  await expect(card(page, "Command greet")).toBeHidden();
  expect(await beyond()).toBe(0);
  await page.getByRole("tab", { name: "Document" }).click();
  await expect(card(page, "Command greet")).toBeVisible();
  rmSync(folder, { recursive: true, force: true });
});

const deployOf = (folder: string) => `# Deploy

For ${folder}.

<DirPicker id="target" rootDir="live" dirLabels={["Account", "Region"]} />

<TfModule id="vars" source="bucket" />

<TemplateInline id="unit" inputsId="vars" outputPath="{{ .outputs.target.PATH }}/unit.hcl" generateFile={true}>
\`\`\`hcl
name = {{ .inputs._module.hcl_inputs.name }}
\`\`\`
</TemplateInline>
`;

test("a_directory_is_chosen_and_the_variables_of_a_module_are_filled_in", async ({ page, local }) => {
  const folder = mkdtempSync(join(tmpdir(), "runbook-e2e-"));
  for (const name of ["live/dev/eu", "live/dev/us", "live/prod", "bucket"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "bucket/main.tf"), 'variable "name" {\n  type = string\n  description = "Name of the bucket"\n}\n');
  const file = join(folder, "runbook.mdx");
  writeFileSync(file, deployOf(folder));
  await page.goto(await local(file));
  const [picker, unit] = [card(page, "DirPicker target"), card(page, "TemplateInline unit")];
  await expect(unit.getByText("Waits for output PATH of target.")).toBeVisible();
  await picker.getByRole("button", { name: "Show directories" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Trust and run" }).click();

  await picker.getByLabel("Account").selectOption("dev");
  await picker.getByLabel("Region").selectOption("eu");
  await expect(picker.getByLabel("Target Path")).toHaveValue("dev/eu");
  await picker.getByLabel("Target Path").fill("../bucket");
  await picker.getByRole("button", { name: "Use this path" }).click();
  await expect(picker.getByText(/without \.\./)).toBeVisible();

  await page.reload();
  await expect(picker.getByLabel("Region")).toHaveValue("eu");
  await page.getByLabel("name (required)").fill("ada");
  await unit.getByRole("button", { name: "Generate unit" }).click();
  await page.getByRole("button", { name: /^unit\.hcl/ }).click();
  await expect(page.getByRole("region", { name: "Content of dev/eu/unit.hcl" })).toHaveText('name = "ada"');
  expect(readFileSync(join(folder, "generated/dev/eu/unit.hcl"), "utf8")).toBe('name = "ada"\n');
  rmSync(folder, { recursive: true, force: true });
});
