'use client';

import { type ComponentProps, type ReactNode, useId } from 'react';
import { classes } from '@/lib/classes';
import { inputClass } from './input-class';
import { useTypedEarly } from './use-typed-early';

interface FrameProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | null;
}

function Frame({ id, label, hint, error, children }: FrameProps & { id: string; children: ReactNode }) {
  return (
    <div className="grid content-start gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
      {error ? (
        <p id={`${id}-note`} role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-note`} className="text-sm text-text-2">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

type InputProps = FrameProps & ComponentProps<'input'> & { mono?: boolean };

export function TextField({ label, hint, error, mono, className, ...input }: InputProps) {
  const id = useId();
  const field = useTypedEarly<HTMLInputElement>();
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input
        ref={field}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-note`}
        autoComplete="off"
        className={classes(inputClass, mono && 'font-mono text-sm', className)}
        {...input}
      />
    </Frame>
  );
}

export function TextArea({ label, hint, error, className, ...input }: FrameProps & ComponentProps<'textarea'>) {
  const id = useId();
  const field = useTypedEarly<HTMLTextAreaElement>();
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea
        ref={field}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-note`}
        spellCheck={false}
        className={classes(inputClass, 'font-mono text-sm', className)}
        {...input}
      />
    </Frame>
  );
}

export function SelectField({ label, hint, error, children, ...input }: FrameProps & ComponentProps<'select'>) {
  const id = useId();
  const field = useTypedEarly<HTMLSelectElement>();
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select ref={field} id={id} aria-describedby={`${id}-note`} className={inputClass} {...input}>
        {children}
      </select>
    </Frame>
  );
}

export function CheckField({ label, hint, ...input }: { label: string; hint?: string } & ComponentProps<'input'>) {
  return (
    <label className="flex items-baseline gap-2">
      <input type="checkbox" className="size-4 shrink-0 translate-y-0.5 accent-accent" {...input} />
      <span>
        {label}
        {hint && <span className="block text-sm text-text-2">{hint}</span>}
      </span>
    </label>
  );
}
