import { describe } from 'vitest';
import { everyPage } from '../shared/every-page.js';

describe('every page, in the other lane', () => everyPage(1));
