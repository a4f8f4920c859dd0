import { publisher } from './shared/publisher.js';
import { processes } from './shared/suite.js';

publisher(processes());
