import { readFile } from 'node:fs/promises';

/** Where an engine listens. */
export type EngineAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Files of mutual TLS, PEM. */
export interface TlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Name that the engine's certificate must carry; the host of the address when left out. */
  readonly serverName?: string;
}

export interface TlsMaterial {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly serverName?: string;
}

/** @throws {TypeError} unless it is `unix:///absolute/path` or `tcp://host:port`. */
export function parseAddress(address: string): EngineAddress {
  if (address.startsWith('unix:///')) return { kind: 'unix', path: address.slice('unix://'.length) };
  const tcp = /^tcp:\/\/(?:\[([0-9a-fA-F:]+)\]|([^/:@[\]]+)):(\d{1,5})$/.exec(address);
  const port = Number(tcp?.[3]);
  if (!tcp || port < 1 || port > 65535) throw new TypeError('an engine address is unix:///path or tcp://host:port');
  return { kind: 'tcp', host: (tcp[1] ?? tcp[2])!, port };
}

export async function readTls(files: TlsFiles): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all(
    [files.caFile, files.certFile, files.keyFile].map((file) => readFile(file)),
  );
  return { ca: ca!, cert: cert!, key: key!, ...(files.serverName && { serverName: files.serverName }) };
}
