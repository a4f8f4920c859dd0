export type { BuildContext, ContextDockerfile, ContextFile, ContextPaths } from './context/build-context.js';
export type { CommitFacts } from './objects/commit-object.js';
export type { Resolver } from './remote/address-guard.js';
export type { RemoteRefs } from './remote/remote-refs.js';
export type { RetryNotice } from './retry.js';
export { defaultSourceLimits, type SourceLimits } from './source-limits.js';
export type { SourceOptions } from './source-options.js';
export type { GitCredentials, SourceProject } from './source-project.js';
export { type CommitRequest, createSource, type Source } from './source-service.js';
