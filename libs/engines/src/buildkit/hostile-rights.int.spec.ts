import { describeStepRights } from '../testing/step-rights.suite.js';

describeStepRights('a hostile step of the engine for trusted builds');
