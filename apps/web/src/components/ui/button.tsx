import type { ComponentProps } from 'react';
import { classes } from '@/lib/classes';

/** As in `patterns.css`. */
export type ButtonLook = 'plain' | 'primary' | 'danger' | 'quiet';

export function buttonClass(look: ButtonLook = 'plain', more?: string): string {
  return classes('button', `button-${look}`, more);
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
