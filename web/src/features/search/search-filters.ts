/** The filters within what is typed into a search field, as the server reads them. */

export interface Filter {
  kind: "tag" | "lang" | "in";
  value: string;
  /** As it was typed. */
  text: string;
}

const pattern = /(?<=^|\s)(tag|lang|in):(?:"([^"]+)"?|([^\s"]+))/gi;

export function filtersIn(typed: string): Filter[] {
  return [...typed.matchAll(pattern)].map(([text, kind = "", quoted, plain]) => ({
    kind: kind.toLowerCase() as Filter["kind"],
    value: quoted ?? plain ?? "",
    text,
  }));
}

/** The same without one of its filters. */
export function without(typed: string, filter: Filter): string {
  return typed.replace(filter.text, "").replace(/\s+/g, " ").trim();
}

/** The same with one more filter behind it. */
export function adding(typed: string, kind: Filter["kind"], value: string): string {
  const text = `${kind}:${/\s/.test(value) ? `"${value}"` : value}`;
  return filtersIn(typed).some((filter) => filter.text === text) ? typed : `${typed.trim()} ${text} `.trimStart();
}
