import { expect, it } from "vitest";
import { planProse } from "./plan-prose.ts";

const plan = `# Rate limits

Callers wait their turn.

\`\`\`bash
## Step 1: not a heading
\`\`\`

## Step 1: Count

Use the store.

### 1.1 Add the counter

### Notes

Of step 1.

## Step 2. Refuse

## Validation

Send a hundred requests.
`;

it("what_stands_before_the_first_step_and_after_the_last_is_the_plans_own", () => {
  const { before, after } = planProse(plan, ["1", "1.1", "2"]);
  expect(before).toBe("Callers wait their turn.\n\n```bash\n## Step 1: not a heading\n```");
  expect(after).toBe("## Validation\n\nSend a hundred requests.");
});

it("a_heading_with_a_number_that_is_no_step_is_prose", () => {
  expect(planProse("## 3 reasons\n\nBecause.\n\n## 1. Do it\n", ["1"])).toEqual({ before: "## 3 reasons\n\nBecause.", after: "" });
});
