'use client';

import { type PreferenceName, preferences, preferenceWords } from '@/lib/preferences/preferences';
import { setPreference, usePreference } from '@/lib/preferences/use-preference';

export function PreferenceSwitch({ name, legend }: { name: PreferenceName; legend: string }) {
  const chosen = usePreference(name);
  const words: Readonly<Record<string, string>> = preferenceWords[name];
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
