import { secrets } from './shared/canary.js';
import { processes } from './shared/suite.js';

secrets(processes());
