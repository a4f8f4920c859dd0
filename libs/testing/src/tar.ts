/** Archives as tests need them, honest and otherwise. */
export interface TarFile {
  readonly path: string;
  readonly type?: string;
  readonly content?: Uint8Array | string;
  readonly link?: string;
  /** Said in the header instead of the true size. */
  readonly claimedBytes?: number;
}

export function tarOf(files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.flatMap(entryOf), Buffer.alloc(1024)]);
}

/** An entry whose path stands in extended attributes, as for long names. */
export function paxEntry(path: string, file: Omit<TarFile, 'path'> = {}): TarFile[] {
  return [
    { path: 'attributes', type: 'x', content: record('path', path) },
    { ...file, path: 'short' },
  ];
}

function record(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  let length = rest.length + 1;
  while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length;
  return `${length}${rest}`;
}

function entryOf({ path, type = '0', content = '', link = '', claimedBytes }: TarFile): Buffer[] {
  const bytes = Buffer.from(content as string);
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write((claimedBytes ?? bytes.length).toString(8).padStart(11, '0'), 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write('ustar\0' + '00', 257);
  header.write(
    header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0'),
    148,
  );
  header[154] = 0;
  return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
}
