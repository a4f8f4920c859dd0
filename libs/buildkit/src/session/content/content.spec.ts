import { createHash, randomBytes } from 'node:crypto';
import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decode, encode, type MessageInput } from '../../proto/codec.js';
import type { MessageName, Messages } from '../../proto/messages.js';
import type { EngineConnection } from '../../wire/connection.js';
import { rpcCode } from '../../wire/errors.js';
import { FrameReader, frame } from '../../wire/framing.js';
import { SessionFault } from '../service.js';
import { openSession, type Session } from '../session.js';
import { contentMethods } from './content.js';
import type { ContentStore, ContentWriter, OpenBlob } from './content-store.js';

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
const [stat, write, commit] = [0, 1, 2];

/** Blobs in memory, with room for a mebibyte in all. */
class MemoryStore implements ContentStore {
  readonly blobs = new Map<string, Buffer>();
  underWay = 0;
  opened = 0;

  size = async (digest: string) => this.blobs.get(digest)?.length ?? null;

  open = async (digest: string): Promise<OpenBlob | null> => {
    const bytes = this.blobs.get(digest);
    if (!bytes) return null;
    this.opened++;
    return {
      size: bytes.length,
      read: async (into, offset) => bytes.copy(into, 0, offset),
      close: async () => void this.opened--,
    };
  };

  create = async (): Promise<ContentWriter> => {
    let bytes = Buffer.alloc(0);
    this.underWay++;
    let ended = false;
    const end = () => {
      if (!ended) this.underWay--;
      ended = true;
    };
    return {
      get offset() {
        return bytes.length;
      },
      write: async (part) => {
        if (bytes.length + part.length > 1024 * 1024) throw new SessionFault(rpcCode.resourceExhausted, 'full');
        bytes = Buffer.concat([bytes, part]);
      },
      restart: async () => {
        bytes = Buffer.alloc(0);
      },
      commit: async (expected) => {
        if (expected !== null && expected !== digestOf(bytes)) throw new SessionFault(rpcCode.failedPrecondition, 'no');
        this.blobs.set(digestOf(bytes), bytes);
        end();
        return digestOf(bytes);
      },
      discard: async () => end(),
    };
  };
}

/** The engine's side of a session, as it speaks on the wire. */
class Engine {
  private readonly client: ClientHttp2Session;
  readonly session: Session;

  constructor(stores: ReadonlyMap<string, ContentStore>) {
    const [ours, theirs] = duplexPair();
    const connection = { attach: async () => ours } as unknown as EngineConnection;
    this.session = openSession(connection, { sharedKey: 'k', methods: contentMethods(stores) });
    this.client = http2.connect('http://session', { createConnection: () => theirs });
  }

  close(): void {
    this.client.destroy();
    this.session.close();
  }

  /** One call with all its requests, to its end; `hangUp` resets it after the last one instead of ending it. */
  async call<Q extends MessageName, A extends MessageName>(
    method: string,
    [request, answer]: readonly [Q, A],
    requests: readonly MessageInput<Messages[Q]>[],
    store = 'local:own',
  ): Promise<{ code: number; answers: Messages[A][] }> {
    const stream = this.open(method, store);
    const answers: Messages[A][] = [];
    const reader = new FrameReader((bytes) => answers.push(decode(answer, bytes)));
    stream.on('data', (chunk: Buffer) => reader.push(chunk));
    const code = new Promise<number>((resolve, reject) => {
      stream.on('trailers', (trailers) => resolve(Number(trailers['grpc-status'])));
      stream.on('error', reject);
    });
    for (const message of requests) stream.write(frame(encode(request, message)));
    stream.end();
    return { code: await code, answers };
  }

  open(method: string, store = 'local:own'): ClientHttp2Stream {
    return this.client.request({
      ':method': 'POST',
      ':path': `/containerd.services.content.v1.Content/${method}`,
      'buildkit-attachable-store-id': store,
    });
  }

  write(...requests: MessageInput<Messages['WriteContentRequest']>[]) {
    return this.call('Write', ['WriteContentRequest', 'WriteContentResponse'], requests);
  }
}

describe('content over the session', () => {
  const own = new MemoryStore();
  const fixed: ContentStore = { size: own.size, open: own.open };
  let engine: Engine;

  beforeEach(() => {
    own.blobs.clear();
    engine = new Engine(
      new Map([
        ['local:own', own],
        ['local:fixed', fixed],
      ]),
    );
  });
  afterEach(() => engine.close());

  const blob = randomBytes(300_000);
  const expected = digestOf(blob);
  const half = blob.length / 2;
  const parts = [
    { action: stat, ref: 'r', total: blob.length, expected },
    { action: write, data: blob.subarray(0, half) },
    { action: write, offset: half, data: blob.subarray(half) },
    { action: commit, total: blob.length, offset: blob.length, expected },
  ];

  it('is written in parts, and read in parts', async () => {
    const { code, answers } = await engine.write(...parts);
    expect(code).toBe(rpcCode.ok);
    expect(answers.map(({ offset }) => offset)).toEqual([0, half, blob.length, blob.length]);
    expect(answers.at(-1)).toMatchObject({ action: commit, digest: expected });
    const all = await read(expected);
    expect(Buffer.concat(all.answers.map(({ data }) => data)).equals(blob)).toBe(true);
    const middle = await read(expected, 1000, 5000);
    expect(Buffer.concat(middle.answers.map(({ data }) => data)).equals(blob.subarray(1000, 6000))).toBe(true);
    expect((await read(expected, blob.length + 1, 1)).code).toBe(rpcCode.outOfRange);
    const info = await engine.call('Info', ['ContentInfoRequest', 'ContentInfoResponse'], [{ digest: expected }]);
    expect(info.answers).toEqual([{ info: { digest: expected, size: blob.length } }]);
    expect((await engine.write(...parts)).code).toBe(rpcCode.alreadyExists);
  });

  const read = (digest: string, offset = 0, size = 0) =>
    engine.call('Read', ['ReadContentRequest', 'ReadContentResponse'], [{ digest, offset, size }]);
  const put = (bytes: Buffer) => {
    own.blobs.set(digestOf(bytes), bytes);
    return bytes;
  };

  it('is read whole where it takes many messages, and by many at the same time', async () => {
    const blobs = [5_000_000, 3_000_001, 0, 1].map((size) => put(randomBytes(size)));
    const answers = await Promise.all([...blobs, ...blobs].map((bytes) => read(digestOf(bytes))));
    for (const [at, { code, answers: parts }] of answers.entries()) {
      const expected = blobs[at % blobs.length]!;
      expect(code).toBe(rpcCode.ok);
      expect(Buffer.concat(parts.map(({ data }) => data)).equals(expected)).toBe(true);
      const sizes = parts.map(({ data }) => data.length);
      expect(parts.map(({ offset }) => offset)).toEqual(sizes.map((_, part) => sum(sizes.slice(0, part))));
    }
    expect(own.opened).toBe(0);
  });

  it('is closed when the engine hangs up in the middle, and disturbs no other', async () => {
    const [large, other] = [put(randomBytes(40_000_000)), put(randomBytes(5_000_000))];
    const stream = engine.open('Read');
    stream.on('error', () => {});
    stream.write(frame(encode('ReadContentRequest', { digest: digestOf(large), offset: 0, size: 0 })));
    await new Promise((resolve) => stream.once('data', resolve));
    expect(own.opened).toBe(1);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    const { answers } = await read(digestOf(other));
    expect(Buffer.concat(answers.map(({ data }) => data)).equals(other)).toBe(true);
    await expect.poll(() => own.opened).toBe(0);
  });

  it('begins anew where the engine does', async () => {
    const { code } = await engine.write(
      parts[0]!,
      { action: write, data: Buffer.from('false start') },
      ...parts.slice(1),
    );
    expect(code).toBe(rpcCode.ok);
    expect([...own.blobs.keys()]).toEqual([expected]);
  });

  const big = { action: write, data: Buffer.alloc(700_000) };
  it.each([
    [
      'more than was declared',
      rpcCode.outOfRange,
      [
        { action: stat, ref: 'r', total: 10 },
        { action: write, data: Buffer.alloc(11) },
      ],
    ],
    [
      'less than was declared',
      rpcCode.failedPrecondition,
      [
        { action: stat, ref: 'r', total: 10 },
        { action: commit, data: Buffer.alloc(9) },
      ],
    ],
    [
      'something else than was declared',
      rpcCode.failedPrecondition,
      [{ action: commit, ref: 'r', expected, data: Buffer.from('x') }],
    ],
    ['a gap', rpcCode.outOfRange, [{ action: write, ref: 'r', offset: 5, data: Buffer.from('x') }]],
    ['a size below nothing', rpcCode.invalidArgument, [{ action: stat, ref: 'r', total: -1 }]],
    ['a path for a digest', rpcCode.invalidArgument, [{ action: stat, ref: 'r', expected: 'sha256:../../etc/passwd' }]],
    ['more than there is room for', rpcCode.resourceExhausted, [big, { ...big, offset: 700_000 }]],
  ])('S-112 is refused: %s', async (_what, code, requests) => {
    expect((await engine.write(...requests)).code).toBe(code);
    expect(own.blobs.size).toBe(0);
    expect(own.underWay).toBe(0);
  });

  it('S-112 is not read by a path, not written where nothing may be, and not found in another store', async () => {
    const info = (digest: string, store?: string) =>
      engine.call('Info', ['ContentInfoRequest', 'ContentInfoResponse'], [{ digest }], store);
    expect((await info('../../../etc/passwd')).code).toBe(rpcCode.notFound);
    expect((await info(expected, 'local:other')).code).toBe(rpcCode.notFound);
    const written = await engine.call('Write', ['WriteContentRequest', 'WriteContentResponse'], parts, 'local:fixed');
    expect(written.code).toBe(rpcCode.permissionDenied);
  });

  it('leaves nothing of a blob whose engine hangs up', async () => {
    const stream = engine.open('Write');
    stream.on('error', () => {});
    const answered = new Promise((resolve) => stream.once('data', resolve));
    stream.write(frame(encode('WriteContentRequest', parts[0]!)));
    stream.write(frame(encode('WriteContentRequest', parts[1]!)));
    await answered;
    expect(own.underWay).toBe(1);
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await expect.poll(() => own.underWay).toBe(0);
    expect(own.blobs.size).toBe(0);
  });
});
