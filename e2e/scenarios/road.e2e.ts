import { road } from './shared/road.js';
import { processes } from './shared/suite.js';

road(processes());
