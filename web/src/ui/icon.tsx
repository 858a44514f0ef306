/** Our own icons, drawn on a 24 grid with one stroke; always decoration beside words or a label. */
const shapes = {
  alert: "M12 8v5m0 3.2v.01M10.3 4.3 2.9 17.2A2 2 0 0 0 4.6 20h14.8a2 2 0 0 0 1.7-2.8L13.7 4.3a2 2 0 0 0-3.4 0z",
  arrowDown: "M12 5v14m0 0 6-6m-6 6-6-6",
  back: "M19 12H5m0 0 6-6m-6 6 6 6",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 7v5l3.2 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
  code: "m8.5 7.5-5 4.5 5 4.5m7-9 5 4.5-5 4.5",
  chevron: "m9 5 7 7-7 7",
  copy: "M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1zM16 9V4a1 1 0 0 0-1-1H4a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1h4",
  cross: "M6 6l12 12M18 6 6 18",
  dash: "M5 12h14",
  down: "M12 5v14m0 0 6-6m-6 6-6-6",
  download: "M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M4 19.5h16",
  edit: "M4 20h4L19.5 8.5a2.1 2.1 0 0 0-3-3L5 17v3z",
  folder: "M3.5 7A1.5 1.5 0 0 1 5 5.5h4.2l2.3 2.5H19A1.5 1.5 0 0 1 20.5 9.5v8A1.5 1.5 0 0 1 19 19H5a1.5 1.5 0 0 1-1.5-1.5z",
  function: "M15.5 4.5h-1A2.5 2.5 0 0 0 12 7v10a2.5 2.5 0 0 1-2.5 2.5h-1M8.5 10.5h7",
  file: "M13 3H6.5A1.5 1.5 0 0 0 5 4.5v15A1.5 1.5 0 0 0 6.5 21h11a1.5 1.5 0 0 0 1.5-1.5V9zM13 3v6h6",
  grip: "M10.4 6a1.4 1.4 0 1 1-2.8 0 1.4 1.4 0 0 1 2.8 0zM16.4 6a1.4 1.4 0 1 1-2.8 0 1.4 1.4 0 0 1 2.8 0zM10.4 12a1.4 1.4 0 1 1-2.8 0 1.4 1.4 0 0 1 2.8 0zM16.4 12a1.4 1.4 0 1 1-2.8 0 1.4 1.4 0 0 1 2.8 0zM10.4 18a1.4 1.4 0 1 1-2.8 0 1.4 1.4 0 0 1 2.8 0zM16.4 18a1.4 1.4 0 1 1-2.8 0 1.4 1.4 0 0 1 2.8 0z",
  history: "M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5M12 7.5V12l3 2",
  key: "M14.5 13.5a4.5 4.5 0 1 0-4.2-2.9L4 17v3h3l.5-2h2l.5-2 1.6-1.6a4.5 4.5 0 0 0 2.9 .1zM15.6 8.4v.01",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2",
  memory: "M7 7h10v10H7zM10 3v4m4-4v4m-4 10v4m4-4v4M3 10h4m-4 4h4m10-4h4m-4 4h4",
  merge: "M6 4v4c0 4 6 3 6 8v4m6-16v4c0 4-6 3-6 8",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  more: "M6.9 12a1.4 1.4 0 1 1-2.8 0 1.4 1.4 0 0 1 2.8 0zM13.4 12a1.4 1.4 0 1 1-2.8 0 1.4 1.4 0 0 1 2.8 0zM19.9 12a1.4 1.4 0 1 1-2.8 0 1.4 1.4 0 0 1 2.8 0z",
  outline: "M4 6h16M8 12h12M8 18h12M4 12v.01M4 18v.01",
  pause: "M9 6v12M15 6v12",
  play: "M8 5.5v13a.6.6 0 0 0 .9.5l10.6-6.5a.6.6 0 0 0 0-1L8.9 5a.6.6 0 0 0-.9.5z",
  playAll: "M4.5 6v12l8.5-6zM13 6v12l8.5-6z",
  plug: "M9 3v5m6-5v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0zM12 17v4",
  plus: "M12 5v14M5 12h14",
  question: "M9.2 9.2a2.9 2.9 0 1 1 4.4 2.5c-1 .6-1.6 1.2-1.6 2.3m0 3v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
  read: "M4 5.5c3-1 5.5-.5 8 1.5 2.5-2 5-2.5 8-1.5v13c-3-1-5.5-.5-8 1.5-2.5-2-5-2.5-8-1.5zM12 7v13",
  retry: "M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5",
  search: "M15.8 15.8 20 20m-2-9.2a7.2 7.2 0 1 1-14.4 0 7.2 7.2 0 0 1 14.4 0z",
  shield: "M12 3 5 5.6v5.6c0 4.4 2.9 8 7 9.8 4.1-1.8 7-5.4 7-9.8V5.6z",
  signOut: "M14 4h4.5A1.5 1.5 0 0 1 20 5.5v13a1.5 1.5 0 0 1-1.5 1.5H14M10 16l-4-4m0 0 4-4m-4 4h9",
  skull: "M12 3a8 8 0 0 0-5 14.2V20a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1v-2.8A8 8 0 0 0 12 3zM9 12v.01M15 12v.01M11 17.5h2",
  stop: "M7.5 6.5h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z",
  star: "m12 3.8 2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8z",
  starred: "m12 3.8 2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8z",
  sun: "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2v2m0 16v2M4.9 4.9l1.4 1.4m11.4 11.4 1.4 1.4M2 12h2m16 0h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4",
  terminal: "M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5zM7 9.5l2.5 2.5L7 14.5m5 0h4.5",
  split: "M12 20v-4c0-4-6-3-6-8V4m6 16v-4c0-4 6-3 6-8V4",
  text: "M5 6.5V5h14v1.5M12 5v14m-2.5 0h5",
  trash: "M4 7h16M9.5 7V4.5h5V7M6.5 7l.8 12a1.5 1.5 0 0 0 1.5 1.5h6.4a1.5 1.5 0 0 0 1.5-1.5l.8-12M10 11v5m4-5v5",
  undo: "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3",
  up: "M12 19V5m0 0 6 6m-6-6-6 6",
  upload: "M12 15.5v-11m0 0L7.5 9M12 4.5 16.5 9M4 19.5h16",
} as const;

export type IconName = keyof typeof shapes;

const filled: ReadonlySet<IconName> = new Set(["grip", "more", "play", "playAll", "starred", "stop"]);

export function Icon({ name, className = "size-4" }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
      fill={filled.has(name) ? "currentColor" : "none"}
      stroke="currentColor"
      strokeWidth={filled.has(name) ? 1 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={shapes[name]} />
    </svg>
  );
}

export function Logo({ className = "size-7" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={`shrink-0 text-accent ${className}`}>
      <rect width="32" height="32" rx="8" fill="currentColor" />
      <g className="text-on-accent">
        <path d="M9 9h9M9 16h4M9 23h4" stroke="currentColor" strokeOpacity=".62" strokeWidth="2.4" strokeLinecap="round" />
        <path
          d="M17 14.2v7.6a1 1 0 0 0 1.5.860l6.4-3.8a1 1 0 0 0 0-1.72l-6.4-3.8a1 1 0 0 0-1.5.860z"
          fill="currentColor"
        />
      </g>
    </svg>
  );
}
