import { builderTakenOver } from './shared/builder-taken-over.js';
import { secrets } from './shared/canary.js';
import { processes } from './shared/suite.js';

const suite = processes();
secrets(suite);
builderTakenOver(suite);
