'use client';

import { useState } from 'react';
import { type Theme, themeCookie, themes } from './theme';

const words: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };

export function ThemeSwitch({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const choose = (next: Theme): void => {
    setTheme(next);
    if (next === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing where the page came over plain http
    document.cookie = `${themeCookie}=${next}; path=/; max-age=31536000; samesite=lax`;
  };
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 text-xs font-semibold text-text-2">Theme</legend>
      {themes.map((each) => (
        <label key={each} className="flex items-center gap-2">
          <input
            type="radio"
            name="theme"
            className="accent-accent"
            checked={theme === each}
            onChange={() => choose(each)}
          />
          {words[each]}
        </label>
      ))}
    </fieldset>
  );
}
