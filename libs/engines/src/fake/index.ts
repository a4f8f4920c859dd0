export { FakeEngine, type FakeEngineOptions } from './engine.js';
