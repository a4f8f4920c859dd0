import type { IncomingHttpHeaders } from 'node:http2';
import { decode } from '../proto/codec.js';
import type { Any, RpcStatus } from '../proto/messages.js';
import { type ErrorDetail, RpcError, rpcCode } from './errors.js';

/**
 * The outcome of a call from its trailers, or null when there is no status in them.
 * Follows https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.
 */
export function statusOfTrailers(method: string, trailers: IncomingHttpHeaders): RpcError | 'ok' | null {
  const status = trailers['grpc-status'];
  if (typeof status !== 'string') return null;
  const code = Number(status);
  if (code === rpcCode.ok) return 'ok';
  const message = percentDecode(String(trailers['grpc-message'] ?? ''));
  return new RpcError(method, code, message, detailsOfTrailers(trailers['grpc-status-details-bin']));
}

/** An error from a status message, as the engine keeps it in its history. */
export function errorOfStatus(method: string, status: RpcStatus): RpcError {
  return new RpcError(method, status.code, status.message, status.details.flatMap(readDetail));
}

function detailsOfTrailers(header: string | string[] | undefined): ErrorDetail[] {
  if (typeof header !== 'string') return [];
  return decode('RpcStatus', Buffer.from(header, 'base64')).details.flatMap(readDetail);
}

/** Stack traces are the engine's own business; details that are not JSON are none of BuildKit's. */
function readDetail(detail: Any): ErrorDetail[] {
  const type = detail.type_url.slice(detail.type_url.lastIndexOf('/') + 1);
  if (!type.endsWith('+json') || type.startsWith('stack.')) return [];
  try {
    return [{ type, value: JSON.parse(Buffer.from(detail.value).toString()) as unknown }];
  } catch {
    return [];
  }
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
