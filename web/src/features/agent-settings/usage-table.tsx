import type { ReactNode } from "react";
import type { UsageSum } from "@/api/__generated__/agents.ts";
import { cost, tokenCount } from "@/features/agent-session/amounts.ts";

export interface SumRow {
  key: string;
  name: ReactNode;
  sum: UsageSum;
}

interface SumTableProps {
  label: string;
  /** What the rows are: "Model". */
  name: string;
  rows: readonly SumRow[];
}

const numbers: readonly (readonly [string, (sum: UsageSum) => string])[] = [
  ["Cost", (sum) => cost(sum.cost)],
  ["Requests", (sum) => sum.requests.toLocaleString("en")],
  ["Tokens in", (sum) => tokenCount(sum.inputTokens)],
  ["Tokens out", (sum) => tokenCount(sum.outputTokens)],
];

/** What each of some used. A phone scrolls it sideways. */
export function SumTable({ label, name, rows }: SumTableProps) {
  return (
    <div role="region" aria-label={label} tabIndex={0} className="overflow-x-auto">
      <table className="w-full text-left text-[0.8125rem]">
        <thead className="text-ink-faint">
          <tr>
            <th scope="col" className="w-full py-1.5 pr-4 font-medium">
              {name}
            </th>
            {numbers.map(([title]) => (
              <th key={title} scope="col" className="min-w-20 py-1.5 pl-4 text-right font-medium whitespace-nowrap">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-t border-line">
          {rows.map((row) => (
            <tr key={row.key} className="align-top">
              <th scope="row" className="min-w-36 py-2 pr-4 font-normal break-words text-ink">
                {row.name}
              </th>
              {numbers.map(([title, inWords]) => (
                <td key={title} className="py-2 pl-4 text-right whitespace-nowrap text-ink-soft tabular-nums">
                  {inWords(row.sum)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
