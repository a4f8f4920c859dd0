import type { BuildDetails } from '@cooperage/db';
import { expect, it } from 'vitest';
import { DockerfileReader } from './dockerfile-reader.js';

/** A reader whose files come when they are let go. */
function slowReader() {
  const waiting: (() => void)[] = [];
  const details = { dockerfile: () => new Promise<string>((resolve) => waiting.push(() => resolve('FROM a\n'))) };
  return { reader: new DockerfileReader(details as unknown as BuildDetails), waiting };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('R4-P4 reads Dockerfiles for few requests at once, of one organization and of all', async () => {
  const { reader, waiting } = slowReader();
  const ask = (organization: string) => reader.read(organization, ['attempt'], (text) => text);
  const asked = Array.from({ length: 20 }, () => ask('one'));
  await turn();
  expect(waiting).toHaveLength(8);
  for (const organization of ['two', 'three', 'four', 'five'])
    asked.push(...Array.from({ length: 10 }, () => ask(organization)));
  await turn();
  expect(waiting.length).toBeLessThanOrEqual(24);
  for (let done = 0; done < asked.length; ) {
    done += waiting.splice(0).map((go) => go()).length;
    await turn();
  }
  expect(await Promise.all(asked)).toEqual(asked.map(() => 'FROM a\n'));
});

it('R4-P4 gives the place of a read back when the file cannot be read', async () => {
  const details = { dockerfile: () => Promise.reject(new Error('away')) };
  const reader = new DockerfileReader(details as unknown as BuildDetails);
  for (let round = 0; round < 20; round++)
    await expect(reader.read('one', ['attempt'], (text) => text)).rejects.toThrow('away');
});

it('R4-P4 keeps the place of a download until its reader has all of it', async () => {
  const details = { dockerfile: () => Promise.resolve('FROM a\n') };
  const reader = new DockerfileReader(details as unknown as BuildDetails);
  const open = await Promise.all(Array.from({ length: 4 }, () => reader.download('one', 'attempt')));
  let begun = false;
  const fifth = reader.download('one', 'attempt').finally(() => (begun = true));
  await turn();
  expect(begun).toBe(false);
  open[0]?.stream.destroy();
  expect((await fifth)?.bytes).toBe(7);
});
