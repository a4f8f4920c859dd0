import { frontendAttrs } from '../attrs/attrs.js';
import type { Entry } from '../proto/messages.js';
import { authMethods } from '../session/auth.js';
import { fileSyncMethod } from '../session/file-sync.js';
import { secretsMethod } from '../session/secrets.js';
import { openSession } from '../session/session.js';
import { SyncTree } from '../session/sync-tree.js';
import type { OnGraph } from '../solve/bridge.js';
import { BuildGraph } from '../solve/build-graph.js';
import type { DefinedVertex } from '../solve/definition.js';
import { startSolve } from '../solve/solve.js';
import type { EngineConnection } from '../wire/connection.js';

export interface BuildOptions {
  readonly exporters?: readonly Entry[];
  readonly secrets?: ReadonlyMap<string, Uint8Array>;
  readonly fetchOwner?: string;
  /** Told the name of each vertex that has begun. */
  readonly onStarted?: (vertex: string) => void;
}

/** Builds with one file, `a.txt`, and returns what the steps printed and what the Dockerfile asked for. No build finds another's last step: a mark comes behind it. */
export async function build(connection: EngineConnection, steps: string, given: BuildOptions = {}) {
  const { exporters, secrets = new Map(), fetchOwner, onStarted } = given;
  const bytes = (text: string) => ({
    kind: 'file' as const,
    mode: 0o644,
    sizeBytes: Buffer.byteLength(text),
    mtimeNs: BigInt(Date.now()) * 1_000_000n,
    read: async () => Buffer.from(text),
  });
  const mark = Math.random().toString(36);
  const dockerfile = `${steps} # ${mark}\n`;
  const trees = new Map([
    ['dockerfile', new SyncTree([{ path: 'Dockerfile', ...bytes(dockerfile) }])],
    ['context', new SyncTree([{ path: 'a.txt', ...bytes(`file ${mark}`) }])],
  ]);
  const auth = authMethods({ hasTokens: () => false, token: async () => null, credentials: () => null });
  const session = openSession(connection, {
    sharedKey: mark,
    methods: [fileSyncMethod(trees), secretsMethod(secrets), ...auth],
  });
  const reference = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  const graph = new BuildGraph();
  let output = '';
  const asked: DefinedVertex[] = [];
  const onGraph: OnGraph = (_key, vertexes) => asked.push(...vertexes);
  const attrs = frontendAttrs({ dockerfile: 'Dockerfile', networkMode: 'none' });
  const own = { exporters, onGraph, ...(fetchOwner !== undefined && { fetchOwner }) };
  const options = { reference, sessionId: session.id, frontendAttrs: attrs, ...own };
  const solve = startSolve(connection, options, (message) => {
    for (const event of graph.apply(message)) {
      if (event.type === 'log') output += Buffer.from(event.data).toString();
      if (event.type === 'vertex' && event.vertex.startedAt) onStarted?.(event.vertex.name);
    }
  });
  try {
    const { image } = await solve.done;
    return { reference, output, image, asked };
  } finally {
    session.close();
  }
}
