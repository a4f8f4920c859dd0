import { rpcCode } from '../../wire/errors.js';
import { type CallHeaders, SessionFault, type SessionMethod, unaryMethod } from '../service.js';
import type { ContentStore } from './content-store.js';
import { known, serveRead } from './read.js';
import { serveWrite } from './write.js';

const service = '/containerd.services.content.v1.Content';
const storeHeader = 'buildkit-attachable-store-id';

/**
 * containerd's content service over the session, as far as BuildKit's local caches use it: sizes, reading, writing. Stores
 * are told apart by a header; an engine reaches those of its own session and nothing else.
 * @param stores by the name that the engine calls them by
 */
export function contentMethods(stores: ReadonlyMap<string, ContentStore>): SessionMethod[] {
  if (stores.size === 0) return [];
  const storeOf = (headers: CallHeaders): ContentStore => {
    const store = stores.get(headers.get(storeHeader)?.[0] ?? '');
    if (!store) throw new SessionFault(rpcCode.notFound, 'no such store');
    return store;
  };
  return [
    unaryMethod(`${service}/Info`, 'ContentInfoRequest', 'ContentInfoResponse', async ({ digest }, headers) => ({
      info: { digest, size: await known(digest, (name) => storeOf(headers).size(name)) },
    })),
    {
      kind: 'stream',
      path: `${service}/Read`,
      serve: (stream, headers) => serveRead(stream, storeOf(headers)),
    },
    {
      kind: 'stream',
      path: `${service}/Write`,
      serve: (stream, headers) => serveWrite(stream, storeOf(headers)),
    },
    // What was begun is forgotten with its stream: nothing is ever there to be taken up again or to be ended.
    unaryMethod(`${service}/Status`, 'Empty', 'Empty', () => nothingUnderWay()),
    unaryMethod(`${service}/Abort`, 'Empty', 'Empty', () => nothingUnderWay()),
  ];
}

function nothingUnderWay(): never {
  throw new SessionFault(rpcCode.notFound, 'nothing is being written under this name');
}
