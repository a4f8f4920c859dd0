import { digestOf } from '@cooperage/oci';
import { expect, it } from 'vitest';
import { ManifestsInMemory } from '../../../spec/manifests-in-memory.js';
import { contentOf } from './image-content.js';

const blobs = (...texts: string[]) => new Set(texts.map((text) => digestOf(Buffer.from(text))));

it('R5-A8 reads what an image consists of, as far as it is still there', async () => {
  const repository = new ManifestsInMemory();
  const [amd64, gone] = [repository.image('base', 'secret'), repository.image('a')];
  const index = repository.index(amd64, gone);
  repository.forget(gone.digest);
  const content = await contentOf(repository.session, 'acme/api', index.digest);
  expect(content.manifests).toEqual(new Set([index.digest, amd64.digest]));
  expect(content.blobs).toEqual(blobs('config of base,secret', 'base', 'secret'));
  const nothing = { manifests: new Set(), blobs: new Set(), subjects: new Set() };
  expect(await contentOf(repository.session, 'acme/api', gone.digest)).toEqual(nothing);
});
