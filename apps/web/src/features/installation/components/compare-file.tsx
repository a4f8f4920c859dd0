'use client';

import type { SettingView } from '@cooperage/contracts';
import { type ChangeEvent, useState } from 'react';
import { buttonClass } from '@/components/ui/button';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { classes } from '@/lib/classes';
import { visibleText } from '@/lib/format/names';
import { compareSettings, type ReadFile, readEnvironmentFile, type SettingDifference } from '../model/compare-file';

/** Larger ones are not files of settings. */
const mostBytes = 1 << 20;

const kindWords: Readonly<Record<SettingDifference['kind'], string>> = {
  changed: 'changes',
  added: 'is new',
  removed: 'is left out',
  secret: 'a secret: not compared',
  unknown: 'the api process does not read it',
};

interface ChosenFile extends ReadFile {
  readonly name: string;
}

/**
 * What a file of settings would change, before anybody makes it the environment of the service. The file stays in the
 * browser: it may hold secrets.
 */
export function CompareFile({ settings }: { settings: readonly SettingView[] }) {
  const [file, setFile] = useState<ChosenFile | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const choose = async ({ target }: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const [chosen] = target.files ?? [];
    if (!chosen) return;
    const isTooLarge = chosen.size > mostBytes;
    setProblem(isTooLarge ? `${chosen.name} is larger than a file of settings.` : null);
    setFile(isTooLarge ? null : { name: chosen.name, ...readEnvironmentFile(await chosen.text()) });
    // The same file can be chosen again after it was changed.
    target.value = '';
  };
  return (
    <div className="grid gap-2 border-b border-line px-3 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <label
          className={classes(
            buttonClass(),
            'cursor-pointer focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent',
          )}
        >
          Compare a file
          <input type="file" className="sr-only" onChange={(event) => void choose(event)} />
        </label>
        <span className="min-w-0 flex-1 basis-60 text-sm text-text-2">
          Shows what it would change, before you make it the environment. It stays in this browser.
        </span>
      </div>
      {problem && <p role="alert">{visibleText(problem)}</p>}
      {file && <Differences file={file} settings={settings} />}
    </div>
  );
}

function Differences({ file, settings }: { file: ChosenFile; settings: readonly SettingView[] }) {
  const differences = compareSettings(settings, file.values);
  return (
    <>
      <p role="status">
        {visibleText(file.name)}:{' '}
        {differences.length === 0
          ? 'as it is in effect. Nothing would change.'
          : `not as it is in effect in ${differences.length} ${differences.length === 1 ? 'place' : 'places'}.`}
        {file.unreadable.length > 0 && ` Lines that are no assignment: ${file.unreadable.join(', ')}.`}
      </p>
      {differences.length > 0 && (
        <Table
          label="What the file would change"
          head={
            <>
              <Th>Variable</Th>
              <Th>In effect</Th>
              <Th>By the file</Th>
            </>
          }
        >
          {differences.map(({ name, kind, now, byFile }) => (
            <tr key={name} className={rowClass}>
              <Td className="align-top!">
                <code className="font-medium wrap-anywhere">{visibleText(name)}</code>
                <div className="text-xs text-text-2">{kindWords[kind]}</div>
              </Td>
              <Side value={now} />
              <Side value={byFile} />
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function Side({ value }: { value: string | null }) {
  return (
    <Td className="align-top! wrap-anywhere">
      {value === null ? <span className="text-text-3">–</span> : <code>{visibleText(value)}</code>}
    </Td>
  );
}
