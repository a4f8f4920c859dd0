import { browserSuite } from '@cooperage/e2e/browser';
import { door } from './shared/door.js';

door(browserSuite({ setUp: false }));
