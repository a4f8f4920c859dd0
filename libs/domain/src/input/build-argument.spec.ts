import { describe, expect, it } from 'vitest';
import { buildArgumentProblem, buildArgumentsProblem, mostArgumentCharacters } from './build-argument.js';

describe('buildArgumentProblem', () => {
  it.each([
    'BUILDKIT_SYNTAX',
    'BUILDKIT_CACHE_MOUNT_NS',
    'buildkit_inline_cache',
    'SOURCE_DATE_EPOCH',
    'Source_Date_Epoch',
  ])('R-Args refuses %s, which configures the engine', (name) => {
    expect(buildArgumentProblem(name)).toContain('set by the service');
  });

  it.each(['HTTP_PROXY', 'https_proxy', 'No_Proxy', 'ALL_PROXY', 'ftp_proxy', 'Http_Proxy'])(
    'R2-N5 refuses %s, which reaches every step and is in no cache key',
    (name) => {
      expect(buildArgumentProblem(name)).toMatch(/proxy that the cache does not know of.*ENV/);
    },
  );

  it.each(['PATH', 'LD_PRELOAD', 'DOCKER_HOST', 'VERSION', 'MY_BUILDKIT_FLAG', 'MY_HTTP_PROXY'])(
    'R-Args takes %s, which only a step sees that declares it',
    (name) => {
      expect(buildArgumentProblem(name)).toBeNull();
    },
  );
});

describe('buildArgumentsProblem', () => {
  it('R4-P3 takes what is not too long together, and says how long the rest is', () => {
    const value = 'a'.repeat(8192 - 'A1'.length);
    const eight = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`A${at}`, value]));
    expect(buildArgumentsProblem({})).toBeNull();
    expect(buildArgumentsProblem(eight)).toBeNull();
    expect(buildArgumentsProblem({ ...eight, B: '' })).toContain(`these have ${mostArgumentCharacters + 1}`);
  });
});
