import { describe, expect, it } from 'vitest';
import { decode, encode, type MessageInput } from '../proto/codec.js';
import type { StatusResponse, Vertex } from '../proto/messages.js';
import { BuildGraph } from './build-graph.js';

const message = (value: MessageInput<StatusResponse>) => decode('StatusResponse', encode('StatusResponse', value));
const at = (seconds: number) => ({ seconds, nanos: 0 });
const vertex = (change: MessageInput<Vertex>) =>
  message({ vertexes: [{ digest: 'd', name: 'RUN x', inputs: ['i'], ...change }] });

describe('the build graph', () => {
  it('merges: earliest start, last completion, last error, cached for good', () => {
    const graph = new BuildGraph();
    for (const change of [
      {},
      { completed: at(12) },
      { started: at(11), cached: true },
      { started: at(10), completed: at(13), error: 'no' },
      { started: at(14), completed: at(15) },
    ])
      graph.apply(vertex(change));
    expect(graph.vertex('d')).toMatchObject({
      startedAt: new Date(10_000),
      completedAt: new Date(15_000),
      cached: true,
      error: null,
      ordinal: 1,
      inputs: ['i'],
    });
  });

  it('says nothing when nothing changed', () => {
    const graph = new BuildGraph();
    expect(graph.apply(vertex({ started: at(1) }))).toHaveLength(1);
    expect(graph.apply(vertex({ started: at(1) }))).toEqual([]);
    expect(graph.apply(vertex({ started: at(2) }))).toEqual([]);
  });

  it('numbers vertexes in the order of their announcement', () => {
    const graph = new BuildGraph();
    graph.apply(message({ vertexes: [{ digest: 'a' }, { digest: 'b' }] }));
    graph.apply(message({ vertexes: [{ digest: 'b', started: at(1) }, { digest: 'c' }] }));
    expect(graph.all().map(({ digest, ordinal }) => [digest, ordinal])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]);
  });

  it('hands over logs byte by byte, progress without total, and warnings with their place', () => {
    const events = new BuildGraph().apply(
      message({
        logs: [{ vertex: 'd', stream: 2, msg: Buffer.from([0xff, 0x0a]), timestamp: { seconds: 1, nanos: 5_000_000 } }],
        statuses: [{ ID: 'x', vertex: 'd', current: 3 }],
        warnings: [
          { vertex: 'd', short: Buffer.from('W'), ranges: [{ start: { line: 4 } }], info: { filename: 'Dockerfile' } },
        ],
      }),
    );
    expect(events).toEqual([
      { type: 'progress', vertex: 'd', id: 'x', name: '', current: 3, total: null, done: false },
      { type: 'log', vertex: 'd', stream: 2, data: Buffer.from([0xff, 0x0a]), at: new Date(1_005) },
      { type: 'warning', vertex: 'd', message: 'W', detail: null, url: null, file: 'Dockerfile', line: 4 },
    ]);
  });
});
