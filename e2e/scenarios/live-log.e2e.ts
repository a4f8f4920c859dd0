import { liveLog } from './shared/live-log.js';
import { processes } from './shared/suite.js';

liveLog(processes());
