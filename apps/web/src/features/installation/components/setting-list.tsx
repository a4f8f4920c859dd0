'use client';

import type { SettingView } from '@cooperage/contracts';
import { useState } from 'react';
import { inputClass } from '@/components/ui/input-class';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { useTypedEarly } from '@/components/ui/use-typed-early';

/** All settings in one list, narrowed as one types. Set by the environment, so read only here. */
export function SettingList({ settings }: { settings: readonly SettingView[] }) {
  const [text, setText] = useState('');
  const field = useTypedEarly<HTMLInputElement>();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = settings.filter(({ name, summary, origin }) =>
    words.every((word) => `${name} ${summary} ${origin}`.toLowerCase().includes(word)),
  );
  return (
    <>
      <div className="p-3">
        <input
          ref={field}
          type="search"
          aria-label="Search the settings"
          placeholder="Search by name or meaning"
          data-key="/"
          className={inputClass}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <p role="status" className="sr-only">
        {shown.length} of {settings.length} settings
      </p>
      {shown.length === 0 ? (
        <p className="px-3 pb-4 text-text-2">No setting has all of these words.</p>
      ) : (
        <Table
          label="Settings"
          head={
            <>
              <Th>Variable</Th>
              <Th>In effect</Th>
              <Th wide>From</Th>
            </>
          }
        >
          {shown.map((setting) => (
            <tr key={setting.name} className={rowClass}>
              <Td className="w-3/5 align-top!">
                <code className="font-medium wrap-anywhere">{setting.name}</code>
                <div className="text-xs text-text-2">{setting.summary}</div>
              </Td>
              <Td className="align-top! wrap-anywhere">
                <Value setting={setting} />
                <div className="text-xs text-text-2 md:hidden">
                  <Origin setting={setting} />
                </div>
              </Td>
              <Td wide className="align-top!">
                <Origin setting={setting} />
              </Td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function Origin({ setting: { file, origin } }: { setting: SettingView }) {
  return file ? <code className="break-all">{file}</code> : origin;
}

function Value({ setting: { secret, origin, value } }: { setting: SettingView }) {
  if (origin === 'not set') return <span className="text-text-3">not set</span>;
  if (secret) return <span className="text-text-2">a secret, set and not shown</span>;
  return value ? <code>{value}</code> : <span className="text-text-3">empty</span>;
}
