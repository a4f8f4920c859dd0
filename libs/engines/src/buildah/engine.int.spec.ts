import { engineContract } from '../contract.suite.js';
import { TrialBuildah } from '../testing/trial-buildah.js';
import { processesIn, pushRequest } from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';

engineContract('buildah', async () => {
  const trial = new TrialBuildah();
  return {
    engine: trial.engine(),
    succeeds: () => pushRequest(`FROM busybox\nRUN echo hello ${unique()}\nRUN true\n`),
    fails: () => pushRequest('FROM busybox\nRUN exit 7\n'),
    runsLong: () => pushRequest('FROM busybox\nRUN trap "" TERM; for i in $(seq 600); do sleep 0.1; done\n'),
    prints: (bytes) => pushRequest(`FROM busybox\nRUN head -c ${bytes} /dev/zero | tr '\\0' x # ${unique()}\n`),
    processesLeft: async () => processesIn(trial.cgroupParent),
    end: () => trial.end(),
  };
});
