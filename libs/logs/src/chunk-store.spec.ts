import { describeChunkStore } from '../spec/chunk-store.suite.js';
import { MemoryChunkStore } from '../spec/memory-chunk-store.js';

let attempts = 0;
const store = new MemoryChunkStore();

describeChunkStore('the archive in memory, which the other tests use', async () => ({
  store,
  newAttempt: async () => `attempt-${++attempts}`,
}));
