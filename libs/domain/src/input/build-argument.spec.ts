import { describe, expect, it } from 'vitest';
import { buildArgumentProblem } from './build-argument.js';

describe('buildArgumentProblem', () => {
  it.each([
    'BUILDKIT_SYNTAX',
    'BUILDKIT_CACHE_MOUNT_NS',
    'buildkit_inline_cache',
    'SOURCE_DATE_EPOCH',
    'Source_Date_Epoch',
  ])('R-Args refuses %s, which configures the engine', (name) => {
    expect(buildArgumentProblem(name, '1')).toContain('set by the service');
  });

  it.each(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'no_proxy', 'ALL_PROXY', 'ftp_proxy'])(
    'R-Args takes the predefined argument %s',
    (name) => {
      expect(buildArgumentProblem(name, 'http://proxy.example:3128')).toBeNull();
      expect(buildArgumentProblem(name, 'localhost,.example')).toBeNull();
    },
  );

  it.each(['Http_Proxy', 'HTTPS_proxy'])('R-Args refuses %s, which Docker does not know', (name) => {
    expect(buildArgumentProblem(name, 'x')).toMatch(/write HTTPS?_PROXY or https?_proxy/);
  });

  it.each(['http://user:pw@proxy.example:3128', 'user@proxy.example', 'HTTP://u@[::1]:1/'])(
    'R-Args refuses the credentials in the proxy %s, which everyone would see',
    (value) => {
      expect(buildArgumentProblem('HTTPS_PROXY', value)).toContain('password');
    },
  );

  it.each(['PATH', 'LD_PRELOAD', 'DOCKER_HOST', 'VERSION', 'MY_BUILDKIT_FLAG'])(
    'R-Args takes %s, which only a step sees that declares it',
    (name) => {
      expect(buildArgumentProblem(name, '/lib/x.so')).toBeNull();
    },
  );
});
