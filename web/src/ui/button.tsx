import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Icon, type IconName } from "./icon.tsx";
import { Spinner } from "./spinner.tsx";

type Look = "primary" | "soft" | "secondary" | "danger";
type Size = "small" | "medium" | "large";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  size?: Size;
  icon?: IconName;
  /** Shows that the button's work is under way and refuses further clicks, without losing focus. */
  busy?: boolean;
  children?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

const base =
  "inline-flex items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap select-none transition-colors " +
  "disabled:opacity-55 aria-disabled:opacity-55 disabled:cursor-not-allowed aria-disabled:cursor-progress";

const looks: Record<Look, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong",
  soft: "bg-accent-soft text-accent hover:bg-accent hover:text-on-accent",
  secondary: "border border-line bg-surface text-ink hover:bg-sunken hover:border-line-strong/60",
  danger: "bg-failure text-surface hover:opacity-90",
};

const sizes: Record<Size, string> = {
  small: "h-8 px-2.5 text-[0.8125rem]",
  medium: "h-9 px-3.5 text-sm",
  large: "h-11 px-5 text-[0.9375rem]",
};

export function buttonClass(look: Look = "secondary", size: Size = "medium"): string {
  return `${base} ${looks[look]} ${sizes[size]}`;
}

export function Button({ look = "secondary", size = "medium", icon, busy, className = "", children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      className={`${buttonClass(look, size)} ${className}`}
    >
      {busy ? <Spinner /> : icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  label: string;
  ref?: Ref<HTMLButtonElement>;
}

/** A button that shows only an icon; its label is its name and its tooltip. */
export function IconButton({ icon, label, className = "", ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={`inline-flex size-9 items-center justify-center rounded-lg text-ink-faint transition-colors hover:bg-sunken hover:text-ink disabled:opacity-50 ${className}`}
    >
      <Icon name={icon} className="size-[1.125rem]" />
    </button>
  );
}
