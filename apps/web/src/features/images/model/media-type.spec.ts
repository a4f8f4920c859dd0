import { describe, expect, it } from 'vitest';
import { mediaTypeWord, plainInstruction, predicateWord } from './media-type';

describe('words of an image', () => {
  it.each([
    ['application/vnd.oci.image.index.v1+json', 'index'],
    ['application/vnd.docker.distribution.manifest.list.v2+json', 'index'],
    ['application/vnd.docker.distribution.manifest.v2+json', 'manifest'],
    ['application/vnd.oci.image.config.v1+json', 'config'],
    ['application/vnd.oci.image.layer.v1.tar+zstd', 'layer, zstd'],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'layer, gzip'],
    ['application/x-strange', 'application/x-strange'],
  ])('%s is %s', (type, word) => expect(mediaTypeWord(type)).toBe(word));

  it('name what a referrer says', () => {
    expect(predicateWord('https://slsa.dev/provenance/v1', null)).toBe('provenance');
    expect(predicateWord('https://sigstore.dev/cosign/sign/v1', null)).toBe('signature');
    expect(predicateWord(null, 'application/x-own')).toBe('application/x-own');
  });

  it('show instructions as they were written', () => {
    expect(plainInstruction('RUN /bin/sh -c npm ci # buildkit')).toBe('RUN npm ci');
    expect(plainInstruction('RUN |1 NODE_ENV=production /bin/sh -c npm ci # buildkit')).toBe('RUN npm ci');
    expect(plainInstruction('/bin/sh -c #(nop)  CMD ["sh"]')).toBe('CMD ["sh"]');
    expect(plainInstruction('COPY . . # buildkit')).toBe('COPY . .');
  });
});
