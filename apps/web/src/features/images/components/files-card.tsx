'use client';

import type { FileRow, Page } from '@cooperage/contracts';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { inputClass } from '@/components/ui/input-class';
import { rowClass, Table, Td, Th } from '@/components/ui/table';
import { useTypedEarly } from '@/components/ui/use-typed-early';
import type { Result } from '@/lib/api/problem';
import { formatBytes } from '@/lib/format/bytes';
import { visibleText } from '@/lib/format/names';
import { FilesMap } from './files-map';
import { useAsked } from './use-asked';

/** The layers are read by now, so an answer is the last word. */
const isWhole = (): boolean => false;

interface FilesProps {
  readonly address: string;
  /** Index of a layer; null for the files as a container sees them. */
  readonly layer: number | null;
  readonly onWhole: () => void;
}

/** Files of an image or of one layer, folder by folder: a map of sizes with its table beside, and a search. */
export function FilesCard({ address, layer, onWhole }: FilesProps) {
  const [path, setPath] = useState('');
  const [search, setSearch] = useState('');
  const field = useTypedEarly<HTMLInputElement>();
  const query = new URLSearchParams({ limit: '100', path });
  if (layer !== null) query.set('layer', String(layer));
  if (search.trim() !== '') query.set('search', search.trim());
  const asked = useAsked<Page<FileRow>>(`${address}/files?${query}`, isWhole);
  const open = (row: FileRow): void => {
    if (row.kind !== 'directory') return;
    setSearch('');
    setPath(row.path);
  };
  return (
    <Card
      title="Files"
      aside={
        layer === null ? (
          'as a container sees them'
        ) : (
          <>
            of layer {layer + 1}
            <Button look="quiet" className="text-xs" onClick={onWhole}>
              Show the whole image
            </Button>
          </>
        )
      }
    >
      <div className="grid gap-2 p-3">
        <input
          ref={field}
          type="search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          placeholder="A part of a path"
          aria-label="Search files"
          data-key="/"
          className={inputClass}
        />
        {search.trim() === '' && <Folders path={path} onOpen={setPath} />}
        <FilesBody asked={asked} onOpen={open} withPath={search.trim() !== ''} />
      </div>
    </Card>
  );
}

function Folders({ path, onOpen }: { path: string; onOpen: (path: string) => void }) {
  const parts = path === '' ? [] : path.split('/');
  return (
    <nav aria-label="Folder" className="flex flex-wrap items-center gap-x-1 text-sm">
      {['', ...parts].map((part, at) => (
        <Button
          key={`${at} ${part}`}
          look="quiet"
          className="px-1!"
          onClick={() => onOpen(parts.slice(0, at).join('/'))}
        >
          {at === 0 ? '/' : `${visibleText(part)}/`}
        </Button>
      ))}
    </nav>
  );
}

interface BodyProps {
  readonly asked: Result<Page<FileRow>> | null;
  readonly onOpen: (row: FileRow) => void;
  readonly withPath: boolean;
}

function FilesBody({ asked, onOpen, withPath }: BodyProps) {
  if (asked === null)
    return (
      <p role="status" className="py-3 text-text-2">
        Asking for the files
      </p>
    );
  if (!asked.ok)
    return (
      <p role="alert" className="py-3 text-text-2">
        {asked.problem.detail ?? asked.problem.title}
      </p>
    );
  const { items, next } = asked.value;
  if (items.length === 0) return <p className="py-3 text-text-2">There is nothing here.</p>;
  return (
    <div className="grid items-start gap-3 lg:grid-cols-2">
      <FilesMap rows={items} onOpen={onOpen} />
      <FileTable rows={items} onOpen={onOpen} withPath={withPath} more={next !== null} />
    </div>
  );
}

function FileTable({
  rows,
  onOpen,
  withPath,
  more,
}: Omit<BodyProps, 'asked'> & { rows: readonly FileRow[]; more: boolean }) {
  return (
    <div className="max-h-96 min-w-0 overflow-y-auto">
      <Table
        label="Files by size"
        head={
          <>
            <Th>Name</Th>
            <Th>Change</Th>
            <Th right>Files</Th>
            <Th right>Size</Th>
          </>
        }
      >
        {rows.map((row) => (
          <tr key={row.path} className={rowClass}>
            <Td className="w-full max-w-0">
              {row.kind === 'directory' ? (
                <Button look="quiet" className="max-w-full justify-start! px-0!" onClick={() => onOpen(row)}>
                  <code className="truncate">{visibleText(row.name)}/</code>
                </Button>
              ) : (
                <code className="block truncate" title={visibleText(row.path)}>
                  {visibleText(withPath ? row.path : row.name)}
                </code>
              )}
            </Td>
            <Td className="whitespace-nowrap text-text-2">{row.change ?? '–'}</Td>
            <Td right>{row.files}</Td>
            <Td right className="whitespace-nowrap">
              {formatBytes(row.sizeBytes)}
            </Td>
          </tr>
        ))}
      </Table>
      {more && <p className="px-3 py-2 text-sm text-text-2">The 100 largest are shown. A search finds the others.</p>}
    </div>
  );
}
