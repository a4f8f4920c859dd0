'use client';

import { type PreferenceName, preferences } from '@/lib/preferences/preferences';
import { setPreference, usePreference } from '@/lib/preferences/use-preference';

export interface PreferenceRadiosProps {
  readonly name: PreferenceName;
  readonly legend: string;
  /** Of each choice. */
  readonly words: Readonly<Record<string, string>>;
}

export function PreferenceRadios({ name, legend, words }: PreferenceRadiosProps) {
  const chosen = usePreference(name);
  return (
    <fieldset className="grid content-start">
      <legend className="mb-1 text-xs font-semibold text-text-2">{legend}</legend>
      {preferences[name].map((each) => (
        <label key={each} className="flex min-h-7 items-center gap-2">
          <input
            type="radio"
            name={name}
            className="accent-accent"
            checked={chosen === each}
            onChange={() => setPreference(name, each)}
          />
          {words[each]}
        </label>
      ))}
    </fieldset>
  );
}
