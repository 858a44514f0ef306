import { useQuery } from "@tanstack/react-query";
import { Chips } from "@/ui/chips.tsx";
import { hostsHint, offerQuery } from "./offer.ts";

interface NetworkFieldProps {
  hosts: readonly string[];
  onChange: (hosts: string[]) => void;
  problem: string | null;
}

/** The hosts that a program may reach, where the hub offers any. */
export function NetworkField({ hosts, onChange, problem }: NetworkFieldProps) {
  const { data: offer } = useQuery(offerQuery);
  const hint = hostsHint(offer);
  if (offer?.network.length === 0 && hosts.length === 0) return <p className="text-[0.8125rem] text-ink-faint">{hint}</p>;
  return (
    <Chips
      label="Hosts it may reach"
      values={hosts}
      onChange={onChange}
      placeholder="api.example.com:443"
      {...(hint === null ? {} : { hint })}
      problem={problem}
    />
  );
}
