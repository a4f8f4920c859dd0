import { describe, expect, it } from 'vitest';
import { requestKind } from './request-kind.js';

const digest = `sha256:${'a'.repeat(64)}`;

describe('requestKind', () => {
  it.each([
    ['/v2/', 'document'],
    ['/v2/acme/api/manifests/latest', 'document'],
    [`/v2/acme/api/manifests/${digest}`, 'document'],
    [`/v2/acme/api/blobs/${digest}`, 'blob'],
    ['/v2/acme/api/blobs/uploads/', 'blob'],
    [`/v2/acme/api/blobs/uploads/?mount=${digest}&from=acme/web`, 'blob'],
    ['/v2/acme/api/blobs/uploads/0b5c-11?_state=x%3D', 'blob'],
    ['/v2/acme/api/tags/list', 'list'],
    ['/v2/acme/api/tags/list?n=100', 'list'],
    ['/v2/_catalog', 'list'],
    [`/v2/acme/api/referrers/${digest}`, 'list'],
  ])('counts %s as a %s', (target, kind) => expect(requestKind(target)).toBe(kind));

  it.each([
    '/v2/acme/api/%74ags/list',
    '/v2/acme/api/tags%2flist',
    '/v2/acme/blobs/uploads/tags/list',
    '/v2/acme/manifests/tags/list',
    '/v2/acme/api/manifests/x%2f..%2f..%2ftags%2flist',
    '/v2/acme/api/manifests/latest/../../tags/list',
    `/v2/acme/api/blobs/${digest}/../../tags/list`,
    '/v2/acme/api/tags/list#/blobs/uploads/',
    '/v2/acme/api/tags/list;/blobs/uploads/',
  ])('R11-2 counts %s as what costs the registry most', (target) => expect(requestKind(target)).toBe('list'));

  it.each(['/', '/v2', '/v20/', '/V2/', '//v2/', '/debug/health', '/a/../v2/', 'http://x/v2/', '*', ''])(
    'takes %s for no address of the registry',
    (target) => expect(requestKind(target)).toBeNull(),
  );
});
