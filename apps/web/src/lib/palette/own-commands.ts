'use client';

import { signOut } from '../api/sign-out';
import { furtherPages, navigationKeys } from '../keys/keys-of-pages';
import { pageControls, wordsOf } from '../keys/page-controls';
import { preferenceWords } from '../preferences/preference-words';
import { type PreferenceName, preferences } from '../preferences/preferences';
import { setPreference } from '../preferences/use-preference';
import type { Command } from './command';

const pages: readonly Command[] = [
  ...navigationKeys.map(({ href, label, keys }) => page(href, label, keys)),
  ...furtherPages.map(({ href, label }) => page(href, label)),
];

function page(href: string, label: string, keys?: readonly string[]): Command {
  return { id: `page ${href}`, group: 'Pages', label, keys, act: { kind: 'go', href } };
}

const titles: Readonly<Record<PreferenceName, string>> = { theme: 'Theme', density: 'Rows', times: 'Times' };

function choices<N extends PreferenceName>(name: N): Command[] {
  return preferences[name].map((value) => ({
    id: `${name} ${value}`,
    group: 'Actions',
    label: `${titles[name]}: ${(preferenceWords[name] as Readonly<Record<string, string>>)[value]}`,
    act: { kind: 'run', run: () => setPreference(name, value) },
  }));
}

/** What needs no service: the controls of this page, pages, and actions. Made anew at each opening. */
export function ownCommands(): Command[] {
  return [...controls(), ...pages, ...choices('theme'), ...choices('density'), ...choices('times'), leave];
}

const leave: Command = {
  id: 'sign out',
  group: 'Actions',
  label: 'Sign out',
  act: { kind: 'run', run: () => void signOut() },
};

/** Controls of the page by their keys; those too that a narrow window hides, such as "Copy as command". */
function controls(): Command[] {
  return pageControls(true)
    .filter((control) => control.checkVisibility() || control.dataset.always !== undefined)
    .map((control, index) => ({
      id: `control ${index}`,
      group: 'This page',
      label: wordsOf(control),
      keys: [control.dataset.key ?? ''],
      act: { kind: 'run', run: () => (control.matches('input') ? control.focus() : control.click()) },
    }));
}
