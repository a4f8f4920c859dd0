import type { Method } from '../wire/connection.js';
import type { MessageName } from './messages.js';

const control = 'moby.buildkit.v1.Control';
const bridge = 'moby.buildkit.v1.frontend.LLBBridge';

function method<Q extends MessageName, A extends MessageName>(path: string, request: Q, answer: A): Method<Q, A> {
  return { path, request, answer };
}

/** The methods of an engine that this client calls. */
export const methods = {
  solve: method(`${control}/Solve`, 'SolveRequest', 'SolveResponse'),
  bridgeSolve: method(`${bridge}/Solve`, 'BridgeSolveRequest', 'BridgeSolveResponse'),
  bridgePing: method(`${bridge}/Ping`, 'Empty', 'BridgePong'),
  bridgeReturn: method(`${bridge}/Return`, 'BridgeReturnRequest', 'Empty'),
  status: method(`${control}/Status`, 'StatusRequest', 'StatusResponse'),
  history: method(`${control}/ListenBuildHistory`, 'HistoryRequest', 'HistoryEvent'),
  info: method(`${control}/Info`, 'Empty', 'InfoResponse'),
  workers: method(`${control}/ListWorkers`, 'Empty', 'ListWorkersResponse'),
  diskUsage: method(`${control}/DiskUsage`, 'Empty', 'DiskUsageResponse'),
  prune: method(`${control}/Prune`, 'PruneRequest', 'UsageRecord'),
  readContent: method('containerd.services.content.v1.Content/Read', 'ReadContentRequest', 'ReadContentResponse'),
};
