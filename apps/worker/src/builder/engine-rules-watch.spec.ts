import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@cooperage/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EngineRulesWatch } from './engine-rules-watch.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const calm = { isAsked: false };
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cooperage-rules-'));
  file = join(folder, 'rules.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const note = (state: string, detail = '', renewals = 0) =>
  writeFileSync(file, JSON.stringify({ state, detail, renewals }));

it('R-C2 S-039 lets builds start while the network rules of the engine are in force', async () => {
  note('in-force');
  expect(await new EngineRulesWatch(file, logger, calm).look()).toEqual({ obstacle: null, warnings: [] });
});

it('R-C2 S-039 S-040 lets no build start while they are missing, and says why', async () => {
  note('missing', 'no right to');
  expect(await new EngineRulesWatch(file, logger, calm).look()).toEqual({
    obstacle: 'It takes no builds: the network rules of its engine are missing (no right to).',
    warnings: ['rules-missing'],
  });
});

it('R-C2 S-039 lets no build start where nobody looks after them any more, or nothing is known', async () => {
  const watch = new EngineRulesWatch(file, logger, calm);
  const unknown = { obstacle: expect.stringContaining('nobody looks after'), warnings: ['rules-missing'] };
  expect(await watch.look()).toEqual(unknown);
  note('in-force');
  const long = new Date(Date.now() - 120_000);
  utimesSync(file, long, long);
  expect(await watch.look()).toEqual(unknown);
  writeFileSync(file, 'half a');
  expect(await watch.look()).toEqual(unknown);
  note('something else');
  expect(await watch.look()).toEqual(unknown);
});

it('R-C2 warns at once where an engine was started without a filter of what it fetches', async () => {
  note('unfiltered', 'no control groups');
  expect(await new EngineRulesWatch(file, logger, calm).look()).toEqual({
    obstacle: null,
    warnings: ['fetches-unfiltered'],
  });
});

it('R7-C1 R7-C4 warns of what a build can use up for the whole machine, and logs its names once', async () => {
  const lines: unknown[] = [];
  const watch = new EngineRulesWatch(
    file,
    { ...logger, warn: (...line: unknown[]) => lines.push(line) } as never,
    calm,
  );
  const unraised = ['fs.epoll.max_user_watches', 'net.ipv4.udp_mem'];
  writeFileSync(file, JSON.stringify({ state: 'in-force', detail: '', renewals: 0, unraised }));
  expect(await watch.look()).toEqual({ obstacle: null, warnings: ['limits-shared'] });
  await watch.look();
  expect(lines).toEqual([[{ limits: unraised.join(', ') }, expect.stringContaining('for the whole machine')]]);
  writeFileSync(file, JSON.stringify({ state: 'unfiltered', detail: '', renewals: 0, unraised }));
  expect((await watch.look()).warnings).toEqual(['fetches-unfiltered', 'limits-shared']);
});

it('R-C2 writes into its log that they had to be set again', async () => {
  const lines: unknown[] = [];
  const watch = new EngineRulesWatch(
    file,
    { ...logger, warn: (...line: unknown[]) => lines.push(line) } as never,
    calm,
  );
  note('in-force', '', 3);
  await watch.look();
  // Of what was before its own start it knows nothing.
  expect(lines).toEqual([]);
  note('in-force', '', 4);
  await watch.look();
  await watch.look();
  expect(lines).toEqual([[{ renewals: 4 }, 'the network rules of the engine had been changed and were set again']]);
});

it('says nothing of an engine that somebody else looks after', async () => {
  expect(await new EngineRulesWatch(null, logger, calm).look()).toEqual({ obstacle: null, warnings: [] });
});

it('R9-C2 lets no build start while the engine is to end', async () => {
  note('in-force');
  expect(await new EngineRulesWatch(file, logger, { isAsked: true }).look()).toEqual({
    obstacle: 'It takes no builds: its engine went on with a build that was stopped, and is being started again.',
    warnings: [],
  });
});
