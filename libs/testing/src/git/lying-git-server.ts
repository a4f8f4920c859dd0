import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { deflateSync } from 'node:zlib';

/** What a hostile host sends where a pack is due. It gets the rest of the connection for itself. */
export type PackSender = (send: (packBytes: Uint8Array) => boolean, response: ServerResponse) => void;

/**
 * Speaks enough of git's protocol 2 over smart http to make a client ask for a pack, then hands the answer to `sender`.
 * See gitprotocol-v2(5) and gitprotocol-http(5).
 * @param cuts commits at which it says that the history is cut
 */
export function lyingGitServer(sender: PackSender, cuts: readonly string[] = []) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    request.resume();
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/x-git-upload-pack-advertisement');
      const lines = ['version 2\n', 'agent=git/2.39\n', 'ls-refs\n', 'fetch=shallow filter\n', 'object-format=sha1\n'];
      response.end(`${packet('# service=git-upload-pack\n')}0000${lines.map(packet).join('')}0000`);
      return true;
    }
    request.on('end', () => {
      response.setHeader('content-type', 'application/x-git-upload-pack-result');
      if (cuts.length > 0)
        response.write(`${packet('shallow-info\n')}${cuts.map((id) => packet(`shallow ${id}`)).join('')}0001`);
      response.write(packet('packfile\n'));
      sender((bytes) => response.write(sideband(bytes)), response);
    });
    return true;
  };
}

/** A pack's head: the number of objects that it says will follow. */
export function packHead(objects: number): Buffer {
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  head.writeUInt32BE(objects, 8);
  return head;
}

const objectTypes = { commit: 1, tree: 2, blob: 3, refDelta: 7 } as const;

/** One entry of a pack. `size` is what the entry claims to hold; see gitformat-pack(5). */
export function packEntry(type: keyof typeof objectTypes, content: Uint8Array, baseId?: string): Buffer {
  const head: number[] = [];
  let size = Math.floor(content.length / 16);
  head.push((objectTypes[type] << 4) | (content.length % 16) | (size > 0 ? 0x80 : 0));
  for (; size > 0; size = Math.floor(size / 128)) head.push((size % 128) | (size >= 128 ? 0x80 : 0));
  const base = baseId === undefined ? Buffer.alloc(0) : Buffer.from(baseId, 'hex');
  return Buffer.concat([Buffer.from(head), base, deflateSync(content)]);
}

/** A delta of a few bytes that grows its base to `base.length * times`. */
export function growingDelta(base: Uint8Array, times: number): Buffer {
  const copyAll = Buffer.from([0x80 | 0x70, base.length & 0xff, (base.length >> 8) & 0xff, (base.length >> 16) & 0xff]);
  return Buffer.concat([
    varint(base.length),
    varint(base.length * times),
    ...Array.from({ length: times }, () => copyAll),
  ]);
}

export function objectId(type: 'commit' | 'tree' | 'blob', content: Uint8Array): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/** The whole pack with its checksum. */
export function pack(...entries: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat([packHead(entries.length), ...entries]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    if (rest < 128) return Buffer.from(bytes);
  }
}

function packet(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

function sideband(bytes: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 65_000) {
    const part = bytes.subarray(at, at + 65_000);
    parts.push(Buffer.from((part.length + 5).toString(16).padStart(4, '0')), Buffer.from([1]), Buffer.from(part));
  }
  return Buffer.concat(parts);
}
