export * from './attrs/attrs.js';
export {
  type BuildFate,
  ContentTooLarge,
  findBuild,
  type HistoryWatch,
  readContent,
  replayStatus,
  watchHistory,
} from './history/history.js';
export { type BaseImage, type Material, type Provenance, readProvenance } from './history/provenance.js';
export * from './info/info.js';
export type { Entry, HistoryRecord, StatusResponse } from './proto/messages.js';
export * from './session/index.js';
export type { OnGraph, SolveInput } from './solve/bridge.js';
export { BuildGraph, type SolveEvent, type VertexState } from './solve/build-graph.js';
export { type DefinedVertex, digestWithoutCache } from './solve/definition.js';
export { SolveFailure, type SourceLines } from './solve/failure.js';
export { type RunawayWork, type RunningSolve, type SolveOptions, type SolveResult, startSolve } from './solve/solve.js';
export { parseAddress, type TlsFiles } from './wire/address.js';
export { type ConnectionOptions, EngineConnection } from './wire/connection.js';
export { ConnectionLost, type ErrorDetail, RpcError, rpcCode } from './wire/errors.js';
export { startHeartbeat } from './wire/heartbeat.js';
export type { Dialect } from './wire/transport.js';
