import type { ComponentProps } from 'react';
import { classes } from '@/lib/classes';

const base =
  'inline-flex min-h-8 shrink-0 items-center justify-center gap-1.5 rounded border px-2.5 py-1 font-medium whitespace-nowrap disabled:opacity-55';
const looks = {
  plain: 'border-line-strong bg-surface text-text hover:bg-sunken',
  primary: 'border-transparent bg-accent text-bg hover:brightness-110',
  danger: 'border-bad bg-surface text-bad hover:bg-bad-bg',
  quiet: 'border-transparent text-text-2 hover:bg-sunken hover:text-text',
} as const;

export type ButtonLook = keyof typeof looks;

export function buttonClass(look: ButtonLook = 'plain', more?: string): string {
  return classes(base, looks[look], more);
}

export interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: ButtonLook;
  /** Key that presses it from anywhere on the page, shown in the list of keys. */
  readonly shortcut?: string;
}

export function Button({ look = 'plain', shortcut, className, children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={buttonClass(look, className)} data-key={shortcut} {...rest}>
      {children}
      {shortcut && <Key>{shortcut}</Key>}
    </button>
  );
}

/** A key, drawn. It is no text of the control that carries it: those who cannot see it find it in the list of keys. */
export function Key({ children }: { children: string }) {
  return (
    <kbd
      aria-hidden
      data-keys={children}
      className="hidden rounded border border-b-2 border-current/25 px-1 text-[11px] leading-4 before:content-[attr(data-keys)] md:inline-block"
    />
  );
}
