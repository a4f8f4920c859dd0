'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { CopyLine } from '@/components/ui/copy-line';
import { TextArea, TextField } from '@/components/ui/field';
import { type CallAnswer, makeCall } from '../api/call';
import type { Operation } from '../model/api-document';
import { callAddress, curlOf, missingOf, type Values } from '../model/call';
import { CallResult } from './call-result';

type Outcome =
  | { readonly kind: 'none' | 'asking' | 'unreachable' }
  | { readonly kind: 'answer'; readonly answer: CallAnswer };

/** The call as a command and as a form. What changes something has to be typed out first. */
export function TryCall({ operation, exampleBody }: { operation: Operation; exampleBody: string | null }) {
  const [values, setValues] = useState<Values>({});
  const [body, setBody] = useState(exampleBody);
  const [typed, setTyped] = useState('');
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'none' });
  const reads = operation.method === 'GET';
  const word = operation.method.toLowerCase();
  const missing = missingOf(operation, values);
  const may = missing.length === 0 && (reads || typed === word) && outcome.kind !== 'asking';
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (!may) return;
    setOutcome({ kind: 'asking' });
    void makeCall(operation.method, callAddress(operation, values), body).then((answer) => {
      setTyped('');
      setOutcome(answer ? { kind: 'answer', answer } : { kind: 'unreachable' });
    });
  };
  return (
    <Card title="Try it" aside={reads ? 'in your own session' : 'this changes something, in your own session'}>
      <form onSubmit={send} className="grid grid-cols-[minmax(0,1fr)] gap-3 p-3">
        {operation.parameters
          .filter((parameter) => parameter.in === 'path' || parameter.in === 'query')
          .map(({ name, in: place }) => (
            <TextField
              key={name}
              label={place === 'path' ? name : `${name} (may be empty)`}
              mono
              value={values[name] ?? ''}
              onChange={(event) => setValues({ ...values, [name]: event.target.value.trim() })}
            />
          ))}
        {body !== null && (
          <TextArea label="Body" rows={8} value={body} onChange={(event) => setBody(event.target.value)} />
        )}
        {!reads && (
          <TextField
            label={`Type ${word} to allow it once`}
            mono
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        <CopyLine text={curlOf(operation, values, body)} what="command for this call" />
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" look={reads ? 'primary' : 'danger'} disabled={!may}>
            {outcome.kind === 'asking' ? 'Asking' : `Send ${operation.method}`}
          </Button>
          {missing.length > 0 && <span className="text-sm text-text-2">Fill in {missing.join(', ')}.</span>}
        </div>
        <div aria-live="polite">
          {outcome.kind === 'unreachable' && <p className="text-bad">The service could not be reached.</p>}
          {outcome.kind === 'answer' && <CallResult answer={outcome.answer} />}
        </div>
      </form>
    </Card>
  );
}
