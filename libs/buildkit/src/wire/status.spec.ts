import { describe, expect, it } from 'vitest';
import { encode } from '../proto/codec.js';
import { RpcError } from './errors.js';
import { errorOfStatus, statusOfTrailers } from './status.js';

const source = { info: { filename: 'Dockerfile' }, ranges: [{ start: { line: 2 }, end: { line: 2 } }] };
const any = (type: string, value: string) => ({
  type_url: `github.com/moby/buildkit/${type}`,
  value: Buffer.from(value),
});
const status = {
  code: 2,
  message: 'it failed',
  details: [
    any('stack.Stack+json', '{}'),
    any('errdefs.Source+json', JSON.stringify(source)),
    any('errdefs.Broken+json', '{'),
    any('other.Binary', 'x'),
  ],
};

describe('the status of a call', () => {
  it('is in the trailers, its message percent-encoded, its details in protobuf', () => {
    const error = statusOfTrailers('m', {
      'grpc-status': '2',
      'grpc-message': 'caf%C3%A9 100%25',
      'grpc-status-details-bin': Buffer.from(encode('RpcStatus', status)).toString('base64'),
    });
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({
      code: 2,
      message: 'café 100%',
      details: [{ type: 'errdefs.Source+json', value: source }],
    });
  });

  it('is unknown without trailers, and a broken encoding is shown as it is', () => {
    expect(statusOfTrailers('m', {})).toBeNull();
    expect(statusOfTrailers('m', { 'grpc-status': '0' })).toBe('ok');
    expect(statusOfTrailers('m', { 'grpc-status': '13', 'grpc-message': '100%' })).toMatchObject({ message: '100%' });
  });

  it('in the history is the same error', () => {
    expect(errorOfStatus('m', status)).toMatchObject({ code: 2, message: 'it failed', details: [{ value: source }] });
  });
});
