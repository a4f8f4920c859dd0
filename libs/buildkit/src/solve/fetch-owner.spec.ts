import { describe, expect, it } from 'vitest';
import { encode } from '../proto/codec.js';
import { bytesField, fieldsOf, textOf } from '../proto/fields.js';
import { editDefinition } from './edit-definition.js';
import { ownedBy } from './fetch-owner.js';

/** Of `solver/pb/ops.proto`, by the numbers that stand there. */
const source = (identifier: string) => bytesField(3, bytesField(1, Buffer.from(identifier)));
const definition = (operation: Uint8Array) =>
  encode('Definition', { def: [operation, encode('Op', {})], metadata: {} });
const edit = (encoded: Uint8Array, owner: string) => editDefinition(encoded, [ownedBy(owner)]);
const operationOf = (encoded: Uint8Array) => fieldsOf(encoded)[0]!.value!;

describe('R14C-5 what a build fetches by credentials of its own', () => {
  it('is another operation for each owner, from the same place', () => {
    for (const identifier of ['git://host/x.git#main', 'https://host/x.tar', 'http://host/x.tar']) {
      const asked = definition(source(identifier));
      const [one, other] = ['registry/a', 'registry/b'].map((owner) => operationOf(edit(asked, owner)));
      expect(Buffer.compare(one!, other!)).not.toBe(0);
      expect(operationOf(edit(asked, 'registry/a'))).toEqual(one);
      for (const owned of [one, other]) expect(textOf(fieldsOf(owned!)[0]!.value!, 1)).toBe(identifier);
    }
  });

  it('has one owner, also as an input of the same Solve', () => {
    const owned = edit(definition(source('git://host/x.git#main')), 'registry/a');
    expect(edit(owned, 'registry/a')).toBe(owned);
  });

  it('is nothing else', () => {
    for (const identifier of ['docker-image://docker.io/library/busybox', 'local://context']) {
      const asked = definition(source(identifier));
      expect(edit(asked, 'registry/a')).toBe(asked);
    }
  });
});
