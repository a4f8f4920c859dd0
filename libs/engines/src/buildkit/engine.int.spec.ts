import { engineContract } from '../contract.suite.js';
import { endTrial, processesIn, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';

engineContract('BuildKit', async () => {
  const cgroupParent = trialCgroupParent();
  const engine = trialEngine({ cgroupParent });
  return {
    engine,
    succeeds: () => pushRequest(`FROM busybox\nRUN echo hello ${unique()}\nRUN true\n`),
    fails: () => pushRequest('FROM busybox\nRUN exit 7\n'),
    runsLong: () => pushRequest('FROM busybox\nRUN trap "" TERM; for i in $(seq 600); do sleep 0.1; done\n'),
    prints: (bytes) => pushRequest(`FROM busybox\nRUN head -c ${bytes} /dev/zero | tr '\\0' x # ${unique()}\n`),
    processesLeft: async () => processesIn(cgroupParent),
    end: () => endTrial(cgroupParent, engine),
  };
});
