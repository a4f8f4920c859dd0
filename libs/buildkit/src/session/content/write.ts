import type { ServerHttp2Stream } from 'node:http2';
import { encode } from '../../proto/codec.js';
import type { Messages } from '../../proto/messages.js';
import { rpcCode } from '../../wire/errors.js';
import { frame } from '../../wire/framing.js';
import { sendAll } from '../send-all.js';
import { SessionFault } from '../service.js';
import type { ContentStore, ContentWriter } from './content-store.js';
import { readAll } from './requests.js';

const actions = { stat: 0, write: 1, commit: 2 } as const;

type Request = Messages['WriteContentRequest'];

/** What the engine has said of a blob so far; the latest word counts. */
interface Claim {
  /** Bytes; 0 where it has not said. */
  total: number;
  expected: string | null;
}

/** One blob from its first byte to `commit`. A stream that ends before leaves nothing behind. */
export async function serveWrite(stream: ServerHttp2Stream, store: ContentStore): Promise<void> {
  if (!store.create) throw new SessionFault(rpcCode.permissionDenied, 'nothing may be written to this store');
  let writer: ContentWriter | undefined;
  const claim: Claim = { total: 0, expected: null };
  try {
    for await (const request of readAll(stream, 'WriteContentRequest')) {
      note(claim, request);
      if (request.expected !== '' && (await store.size(request.expected)) !== null)
        throw new SessionFault(rpcCode.alreadyExists, 'the blob is there');
      writer ??= await store.create();
      if (request.action !== actions.stat) await append(writer, request, claim);
      const isLast = request.action === actions.commit;
      const digest = isLast ? await commit(writer, claim) : '';
      const answer = { action: request.action, offset: writer.offset, total: claim.total, digest };
      await sendAll(stream, frame(encode('WriteContentResponse', answer)));
      if (isLast) return;
    }
  } finally {
    await writer?.discard();
  }
}

function note(claim: Claim, { total, expected, offset }: Request): void {
  if (![total, offset].every((value) => Number.isSafeInteger(value) && value >= 0)) throw invalid('not a size');
  if (expected !== '' && !/^sha256:[0-9a-f]{64}$/.test(expected)) throw invalid('not a digest');
  if (total > 0) claim.total = total;
  if (expected !== '') claim.expected = expected;
}

async function append(writer: ContentWriter, { offset, data }: Request, { total }: Claim): Promise<void> {
  if (offset === 0 && writer.offset > 0 && data.length > 0) await writer.restart();
  else if (offset > 0 && offset !== writer.offset) throw outOfRange('it does not begin where the blob ends');
  if (total > 0 && writer.offset + data.length > total) throw outOfRange('it is more than was declared');
  if (data.length > 0) await writer.write(data);
}

function commit(writer: ContentWriter, { total, expected }: Claim): Promise<string> {
  if (total > 0 && writer.offset !== total)
    throw new SessionFault(rpcCode.failedPrecondition, 'it is less than was declared');
  return writer.commit(expected);
}

function invalid(message: string): SessionFault {
  return new SessionFault(rpcCode.invalidArgument, message);
}

function outOfRange(message: string): SessionFault {
  return new SessionFault(rpcCode.outOfRange, message);
}
