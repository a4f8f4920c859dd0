import { BuildahEngine, type BuildahEngineOptions } from './buildah/engine.js';
import { BuildkitEngine } from './buildkit/engine.js';
import type { BuildkitEngineOptions } from './buildkit/engine-options.js';
import type { Engine } from './engine.js';

/** Options of each kind of engine there is. A new engine is a new line here and in `factories`. */
export interface EngineOptions {
  readonly buildkit: BuildkitEngineOptions;
  readonly buildah: BuildahEngineOptions;
}

export type EngineKind = keyof EngineOptions;

const factories: { readonly [K in EngineKind]: (options: EngineOptions[K]) => Engine } = {
  buildkit: (options) => new BuildkitEngine(options),
  buildah: (options) => new BuildahEngine(options),
};

export const engineKinds = Object.keys(factories) as readonly EngineKind[];

export function isEngineKind(value: string): value is EngineKind {
  return Object.hasOwn(factories, value);
}

/** @throws {TypeError} on options that the engine cannot use */
export function createEngine<K extends EngineKind>(kind: K, options: EngineOptions[K]): Engine {
  return factories[kind](options);
}
