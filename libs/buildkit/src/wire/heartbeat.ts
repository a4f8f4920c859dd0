import { methods } from '../proto/methods.js';
import type { EngineConnection } from './connection.js';
import { RpcError, rpcCode } from './errors.js';

/**
 * Asks the engine for a sign of life every `intervalMs`, and calls `onSilence` once when it gave none for as long: an
 * engine that hangs, or a network that swallows everything, ends no connection by itself. Returns how to stop.
 */
export function startHeartbeat(connection: EngineConnection, intervalMs: number, onSilence: () => void): () => void {
  let stopped = false;
  const beat = async () => {
    try {
      await connection.unary(methods.info, {}, { timeoutMs: intervalMs });
    } catch (error) {
      // Any answer is a sign of life, and a connection that broke is noticed by the call that matters.
      if (!stopped && error instanceof RpcError && error.code === rpcCode.deadlineExceeded) onSilence();
    }
  };
  const timer = setInterval(() => void beat(), intervalMs);
  timer.unref();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
