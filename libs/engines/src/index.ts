export { BackedEngine } from './backed-engine.js';
export type { BuildahEngineOptions } from './buildah/engine.js';
export type { BuildkitEngineOptions } from './buildkit/engine.js';
export { CacheExportFailure } from './cache-export-failure.js';
export { type CheckedDockerfile, checkDockerfile } from './dockerfile/policy.js';
export * from './engine.js';
export { createEngine, type EngineKind, type EngineOptions, engineKinds, isEngineKind } from './engine-registry.js';
export * from './inline-cache.js';
export { LocalCaches } from './local-cache/local-caches.js';
