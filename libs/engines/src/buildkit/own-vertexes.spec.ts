import { type DefinedVertex, digestWithoutCache, type StatusResponse } from '@cooperage/buildkit';
import { costRatio } from '@cooperage/testing';
import { describe, expect, it } from 'vitest';
import { OwnVertexes } from './own-vertexes.js';

type Vertex = StatusResponse['vertexes'][number];

const at = (seconds: number) => ({ seconds, nanos: 0 });
const vertex = (digest: string, name: string, change: Partial<Vertex> = {}): Vertex => ({
  ...{ digest, name, inputs: [], cached: false, started: null, completed: null, error: '', progressGroup: null },
  ...change,
});
const defined = (digest: string, name: string | null, inputs: string[] = []): DefinedVertex => ({
  ...{ digest, name, inputs, progressGroup: null, lines: null, submodules: 'none' },
});
const status = (change: Partial<StatusResponse>): StatusResponse => ({
  ...{ vertexes: [], statuses: [], logs: [], warnings: [] },
  ...change,
});
const log = (digest: string) => ({ vertex: digest, timestamp: null, stream: 1, msg: Buffer.from('said\n') });
const progress = (digest: string, ID: string) => ({
  ...{ vertex: digest, ID, name: '', current: 0, total: 0, timestamp: null, started: null, completed: null },
});

/** `FROM base`, `COPY`, and what differs from it in one more. */
const graph = [
  defined('base', '[own 1/3] FROM base@sha256:1'),
  defined('context', '[internal] load build context'),
  defined('copy', '[own 2/3] COPY a /a', ['base', 'context']),
  defined('run', '[own 3/3] RUN make', ['copy']),
];

function ofGraph(vertexes: readonly DefinedVertex[] = graph): OwnVertexes {
  const own = new OwnVertexes();
  own.complete(vertexes);
  return own;
}

describe('the vertexes of a build in an engine that several use', () => {
  it('D3 have the names, inputs and groups of its own definition, whoever had the engine do them first', () => {
    const own = ofGraph();
    const told = vertex('run', '[secret 9/9] RUN make', {
      inputs: ['copy'],
      progressGroup: { id: 'theirs', name: '[secret 9/9]', weak: false },
    });
    expect(own.of(status({ vertexes: [told] })).vertexes).toEqual([
      { ...told, name: '[own 3/3] RUN make', progressGroup: null },
    ]);
    // The definition itself has no name for some.
    const unnamed = ofGraph([defined('x', null)]);
    expect(unnamed.of(status({ vertexes: [vertex('x', '[secret 1/2] ADD y')] })).vertexes[0]?.name).toBe('ADD y');
  });

  it('D3 are the same where they are run without a cache beside one with a cache', () => {
    const told = status({ vertexes: [vertex(digestWithoutCache('run'), '[own 3/3] RUN make')] });
    expect(ofGraph().of(told).vertexes[0]?.digest).toBe('run');
  });

  it('D3 are without those that nobody asked for, and what these print and fetch', () => {
    const own = ofGraph();
    const foreign = vertex('x', '[secret 4/4] COPY passwords /', { inputs: ['y', 'z'], error: 'secret' });
    const warning = { vertex: 'x', level: 1, short: Buffer.from('s'), detail: [], url: '', info: null, ranges: [] };
    const told = { vertexes: [foreign], statuses: [progress('x', 'resolve secret')], logs: [log('x')] };
    expect(own.of(status({ ...told, warnings: [warning] }))).toEqual(status({}));
    expect(own.isForeign('x')).toBe(true);
    // A name of the engine's own work, but for a graph that is not this one's.
    expect(
      own.of(status({ vertexes: [vertex('m', '[internal] preparing inline document', { inputs: ['y'] })] })),
    ).toEqual(status({}));
  });

  it('D3 are with what the engine does for the build beside its graph', () => {
    const own = ofGraph();
    for (const name of ['[internal] load metadata for base', 'importing cache manifest from x', 'exporting to image'])
      expect(own.of(status({ vertexes: [vertex(name, name)] })).vertexes).toHaveLength(1);
  });

  it('D3 are told of by those that the engine does in their place, and by these alone from then on', () => {
    const own = ofGraph();
    const theirs = vertex('theirs', '[secret 2/2] RUN make', { inputs: ['their copy'], started: at(20) });
    const told = own.of(
      status({ vertexes: [theirs], logs: [log('theirs')], statuses: [progress('theirs', 'secret')] }),
    );
    expect(told).toEqual(
      status({
        vertexes: [{ ...theirs, digest: 'run', name: '[own 3/3] RUN make', inputs: ['copy'] }],
        logs: [log('run')],
      }),
    );
    expect(own.idOf('theirs')).toBe('run');
    const canceled = vertex('run', '[own 3/3] RUN make', { completed: at(21), error: 'context canceled' });
    expect(own.of(status({ vertexes: [canceled] })).vertexes).toEqual([]);
  });

  it('D3 stand for equal instructions by their inputs, where there are several or the words differ', () => {
    const own = ofGraph([
      ...graph,
      defined('other', '[other 2/2] RUN make', ['base']),
      defined('link', '[own 4/4] COPY --from=one /a /a', ['run']),
    ]);
    own.of(status({ vertexes: [vertex('theirs', '[secret 2/2] RUN make', { inputs: ['base'] })] }));
    expect(own.idOf('theirs')).toBe('other');
    own.of(status({ vertexes: [vertex('theirs too', '[secret 2/2] RUN make', { inputs: ['unknown'] })] }));
    expect(own.idOf('theirs too')).toBe('run');
    own.of(status({ vertexes: [vertex('copied', '[secret 1/1] COPY --from=two /a /a', { inputs: ['theirs too'] })] }));
    expect(own.idOf('copied')).toBe('link');
  });

  it('D3 tell of the layers of an equal base image, and not by which name another build has it', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const own = ofGraph([defined('base', `[own 1/1] FROM base@${digest}`)]);
    const theirs = vertex('theirs', `[secret 1/1] FROM secret/base@${digest}`);
    const told = own.of(
      status({ vertexes: [theirs], statuses: [progress('theirs', 'resolve secret/base'), progress('theirs', digest)] }),
    );
    expect(told.statuses.map(({ vertex, ID }) => [vertex, ID])).toEqual([['base', digest]]);
  });

  describe('R22B-1 where another build has the same image as a named context', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const theirs = vertex('theirs', `[context base] registry.secret/payments/base:7@${digest}`);
    const told = status({
      vertexes: [theirs],
      statuses: [progress('theirs', 'resolve registry.secret/payments/base:7'), progress('theirs', digest)],
    });

    it.each([`[own 1/2] FROM evil.example/x@${digest}`, `[context mine] evil.example/x@${digest}`])(
      'tell of its layers and not of its names: %s',
      (name) => {
        const { vertexes, statuses } = ofGraph([defined('base', name)]).of(told);
        expect(vertexes.map((one) => [one.digest, one.name])).toEqual([['base', name]]);
        expect(statuses.map(({ vertex, ID }) => [vertex, ID])).toEqual([['base', digest]]);
      },
    );

    it('tell nothing of it to who has not asked for it', () => {
      const own = ofGraph();
      expect(own.of(told)).toEqual(status({}));
      expect(own.isForeign('theirs')).toBe(true);
    });

    it('tell what is loaded of their own ones', () => {
      for (const name of ['[context base] load metadata for x:1', '[context base] load .dockerignore'])
        expect(ofGraph().of(status({ vertexes: [vertex(name, name)] })).vertexes).toHaveLength(1);
    });
  });

  it('D3 that were done before the build began were there; those under way are its own from its beginning', () => {
    const own = ofGraph();
    own.of(
      status({ vertexes: [vertex('b', '[internal] load build definition from Dockerfile', { started: at(10) })] }),
    );
    const times = (change: Partial<Vertex>) => {
      const [told] = own.of(status({ vertexes: [vertex('run', 'x', change)] })).vertexes;
      return [told?.started?.seconds, told?.completed?.seconds, told?.cached];
    };
    expect(times({ started: at(5), completed: at(8) })).toEqual([10, 10, true]);
    expect(times({ started: at(5), completed: at(8), error: 'no' })).toEqual([10, 10, false]);
    expect(times({ started: at(5) })).toEqual([10, undefined, false]);
    expect(times({ started: at(5), completed: at(12) })).toEqual([10, 12, false]);
    expect(times({ started: at(11), completed: at(12) })).toEqual([11, 12, false]);
  });

  it('D3 of several targets are named by the first that asks for them', () => {
    const own = new OwnVertexes();
    own.define([defined('base', '[first 1/1] FROM base')]);
    own.complete([defined('base', '[last 1/1] FROM base')]);
    expect(own.all().map(({ name }) => name)).toEqual(['[first 1/1] FROM base']);
  });

  it('R2-N9 are found in time that is linear in their number, also where all are alike', () => {
    const work = (count: number) => {
      const steps = Array.from({ length: count }, (_, n) => [
        defined(`a${n}`, `[s${n} 2/3] RUN true ${n}`, ['base']),
        defined(`b${n}`, `[s${n} 3/3] RUN true`, ['base']),
      ]).flat();
      const equal = steps.map(({ digest, name, inputs }) => vertex(`other ${digest}`, name!, { inputs: [...inputs] }));
      const strange = steps.map(({ digest }) =>
        vertex(`x ${digest}`, `[x 1/1] WORKDIR /${digest}`, { inputs: ['base'] }),
      );
      return () => {
        const own = ofGraph([...graph, ...steps]);
        const told = own.of(status({ vertexes: [...equal, ...strange] }));
        expect(told.vertexes).toHaveLength(2 * count);
        expect(new Set(equal.map(({ digest }) => own.idOf(digest))).size).toBe(2 * count);
      };
    };
    expect(costRatio(work(2_000), work(500), 8)).toBeLessThan(8);
  });
});
