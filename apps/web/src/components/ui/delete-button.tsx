'use client';

import { send } from '@/lib/api/browser';
import { AskFirst } from './ask-first';

export interface DeleteButtonProps {
  /** Address below `/api/v1`. */
  readonly address: string;
  /** What goes away, as in `Delete the secret NPM_TOKEN`. */
  readonly what: string;
  /** What can no longer be done afterwards. */
  readonly consequence: string;
  /** What goes with it, one by one. */
  readonly goes?: readonly string[];
  readonly label?: string;
  /** Has to be typed first, for what takes much with it. */
  readonly typedName?: string;
  readonly onDone?: () => void;
}

/** Something that cannot be taken back: it says what goes with it before it is done. */
export function DeleteButton(props: DeleteButtonProps) {
  const { address, what, consequence, goes = [], label = 'Delete', typedName, onDone } = props;
  return (
    <AskFirst
      harmful
      label={label}
      title={`${label} ${what}`}
      act={label}
      acting="Working"
      typedName={typedName}
      change={() => send('DELETE', `/v1${address}`)}
      onDone={onDone}
    >
      <p>{consequence}</p>
      {goes.length > 0 && (
        <ul className="list-disc pl-5 text-text-2">
          {goes.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
    </AskFirst>
  );
}
