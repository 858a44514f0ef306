import { CopyButton } from "@/ui/copy-button.tsx";

/** What a script gave to the blocks after it. */
export function OutputTable({ name, outputs }: { name: string; outputs: Readonly<Record<string, string>> }) {
  const rows = Object.entries(outputs);
  if (rows.length === 0) return null;
  return (
    <div className="relative border-t border-line">
      <div className="absolute top-1 right-2">
        <CopyButton label={`Copy outputs of ${name} as JSON`} text={() => JSON.stringify(outputs, null, 2)} />
      </div>
      <details open>
        <summary className="cursor-pointer py-2.5 pr-12 pl-4 text-[0.8125rem] font-medium text-ink-soft select-none">
          Outputs <span className="font-normal text-ink-faint tabular-nums">({rows.length})</span>
        </summary>
        <div className="overflow-x-auto px-4 pb-3">
          <table aria-label={`Outputs of ${name}`} className="w-full text-left text-[0.8125rem]">
            <thead className="sr-only">
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Value</th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {rows.map(([key, value]) => (
                <tr key={key} className="align-top">
                  <th scope="row" className="py-1.5 pr-4 font-mono font-normal whitespace-nowrap text-ink-soft">
                    {key}
                  </th>
                  <td className="w-full py-1.5 font-mono break-all whitespace-pre-wrap text-ink">{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}
