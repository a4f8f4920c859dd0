import { caches } from './shared/cache.js';
import { processes } from './shared/suite.js';

caches(processes());
