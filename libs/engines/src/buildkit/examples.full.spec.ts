import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { rightsTo } from '../testing/registry-tokens.js';
import { viewImage } from '../testing/registry-view.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, newReference, unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;
const example = path.resolve(import.meta.dirname, '../../../../examples/go-bind');

/** What people come for: each shown by what is in the image, and by which steps had to run for it. */
describe('the features of a Dockerfile that save time', () => {
  let engine: BuildkitEngine;
  const cgroupParent = trialCgroupParent();
  const limits = { networkMode: 'default', group: `examples-${unique()}` } as const;

  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  const build = async (request: BuildRequest) => {
    const record = new EventRecord();
    const outcome = await engine.build({ ...request, reference: newReference() }, record.emit, never);
    return { record, outcome };
  };

  it('a Go program is compiled from a bind mount, and a script of Python runs from a heredoc', {
    timeout: 240_000,
  }, async () => {
    const [dockerfile, mod, main] = await Promise.all(
      ['Dockerfile', 'go.mod', 'greet/main.go'].map((file) => readFile(path.join(example, file), 'utf8')),
    );
    const sharedKey = unique();
    // One more stage runs the program as the image has it.
    const checked = `${dockerfile}\nFROM tools\nCOPY --from=2 / /image/\nRUN /image/greet && cat /image/made-by # ${sharedKey}\n`;
    const withSource = (source: string) =>
      pushRequest(checked, {
        context: { files: [contextFile('go.mod', mod!), contextFile('greet/main.go', source)], sharedKey },
        cacheMountNamespace: sharedKey,
        limits,
      });

    const first = await build(withSource(main!));
    expect(first.record.output('greet &&')).toContain('hello from a bind mount\npython');
    expect(first.record.output('<<EOF')).toContain("os.path.getsize('/out/greet') > 0=True");

    expect((await build(withSource(main!))).record.ran()).toEqual([]);

    const changed = await build(withSource(main!.replace('a bind mount', 'the second build')));
    expect(changed.record.output('greet &&')).toContain('hello from the second build\npython');
    const ran = changed.record.ran().join('\n');
    expect(ran).toContain('go build');
    expect(ran).not.toContain('apt-get');
  });

  it('COPY --link keeps its layer when the base changes under it', async () => {
    const { registry } = services();
    const repository = `trial/${unique()}`;
    const push = { host: registry.host, repository };
    const request = (dockerfile: string): BuildRequest =>
      pushRequest(dockerfile, { push, registryAuth: rightsTo(registry, [repository]), context: { files, sharedKey } });
    const sharedKey = unique();
    const files = [contextFile('app.txt', `app ${sharedKey}`)];
    const bases = await Promise.all(
      ['old', 'new'].map((age) => build(request(`FROM busybox\nRUN echo ${age} ${sharedKey} > /base\n`))),
    );
    const on = (base: number) => {
      const from = `${push.host}/${repository}@${bases[base]!.outcome.digest}`;
      return `FROM ${from} AS app\nCOPY --link app.txt /app.txt\nFROM app\nRUN cat /base /app.txt # ${base}\n`;
    };
    const before = await build(request(on(0)));
    expect(before.record.output()).toContain(`old ${sharedKey}\napp ${sharedKey}`);
    const after = await build(request(on(1)));
    expect(after.record.output()).toContain(`new ${sharedKey}\napp ${sharedKey}`);
    // Nothing was copied again; only what looks at the base had to run.
    expect(after.record.ran()).toEqual(['[stage-1 1/1] RUN cat /base /app.txt # 1']);
    expect(after.outcome).toMatchObject({ stepsRun: 1, stepsCached: 1 });
    const [old, fresh] = await Promise.all(
      [before, after].map(async ({ outcome }) => (await viewImage(repository, outcome.digest)).manifest.layers),
    );
    // The base's own layer, and that of the copy above it.
    expect(fresh![1]!.digest).not.toBe(old![1]!.digest);
    expect(fresh![2]!.digest).toBe(old![2]!.digest);
  });
});
