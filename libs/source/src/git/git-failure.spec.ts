import { describe, expect, it } from 'vitest';
import { GitError } from './git-error.js';
import { failureOf, lacksMemory, refusesCommitIds } from './git-failure.js';

const failed = (...lines: string[]) => failureOf(new GitError('exit', lines, 128), 'git.example');

describe('failureOf', () => {
  it.each([
    ["fatal: could not read Username for 'http://h': terminal prompts disabled", 'SourceAccessDenied'],
    ["fatal: Authentication failed for 'http://h/r'", 'SourceAccessDenied'],
    ["fatal: unable to access 'http://h/r/': The requested URL returned error: 403", 'SourceAccessDenied'],
    ["fatal: repository 'http://h/r/' not found", 'SourceAccessDenied'],
    ["fatal: unable to access 'http://h/r/': The requested URL returned error: 302", 'SourceAccessDenied'],
    ['git@h: Permission denied (publickey).', 'SourceAccessDenied'],
    ['Host key verification failed.', 'SourceAccessDenied'],
    ['fatal: dumb http transport does not support shallow capabilities', 'SourceAccessDenied'],
    ['fatal: remote error: upload-pack: not our ref 1234', 'RefNotFound'],
    ["fatal: couldn't find remote ref refs/heads/x", 'RefNotFound'],
    ["fatal: unable to access 'http://h/r/': Could not resolve host: h", 'SourceUnavailable'],
    [
      "fatal: unable to access 'http://h/r/': Failed to connect to h port 1 after 0 ms: Couldn't connect to server",
      'SourceUnavailable',
    ],
    ["fatal: unable to access 'http://h/r/': The requested URL returned error: 503", 'SourceUnavailable'],
    ["fatal: unable to access 'http://h/r/': SSL certificate problem: certificate has expired", 'SourceUnavailable'],
    [
      "fatal: unable to access 'http://h/r/': Operation too slow. Less than 1024 bytes/sec transferred the last 30 seconds",
      'SourceUnavailable',
    ],
    ['error: RPC failed; curl 56 Recv failure: Connection reset by peer', 'SourceUnavailable'],
    ['fatal: early EOF', 'SourceUnavailable'],
    ['ssh: connect to host 127.0.0.1 port 1: Connection refused', 'SourceUnavailable'],
    ["fatal: transport 'ext' not allowed", 'PolicyRefused'],
    ['error: object 1234567: gitmodulesName: disallowed submodule name: ../x', 'PolicyRefused'],
    ['fatal: attempting to allocate 10000000000 over limit 536870912', 'SourceTooLarge'],
    ['fatal: Out of memory, malloc failed (tried to allocate 200000001 bytes)', 'SourceTooLarge'],
    ['fatal: mmap failed: Cannot allocate memory', 'SourceTooLarge'],
    ['fatal: packfile ./objects/pack/pack-1234.pack cannot be mapped: Cannot allocate memory', 'SourceTooLarge'],
    ['error: index-pack died of signal 9', 'SourceUnavailable'],
    ['fatal: write error: No space left on device', 'SourceUnavailable'],
    ['fatal: remote error: No space left on device', 'SourceUnavailable'],
  ])('reads %s as %s', (line, code) => {
    const failure = failed('warning: something', line);
    expect(failure?.code).toBe(code);
    expect(failure?.message).not.toMatch(/HOST|http:|\/r|1234/);
  });

  it('blames the mirror for what no remote can cause', () => {
    expect(failed('fatal: bad config line 1 in file config')).toBeUndefined();
    expect(failed("error: cannot lock ref 'refs/commits/x'")).toBeUndefined();
  });

  it('R24A-3 tells a lack of memory from a damaged object', () => {
    const damaged = 'fatal: packed object 1234 (stored in ./objects/pack/pack-1.pack) is corrupt';
    expect(lacksMemory([damaged])).toBe(false);
    expect(lacksMemory(['error: attempting to allocate 400001 over limit 200000', damaged])).toBe(true);
    expect(lacksMemory(['error: Out of memory, malloc failed (tried to allocate 400001 bytes)', damaged])).toBe(true);
    expect(lacksMemory(['fatal: pack exceeds maximum allowed size'])).toBe(false);
  });

  it('knows a host that gives commits only by name', () => {
    const lines = ['error: Server does not allow request for unadvertised object 1234'];
    expect(refusesCommitIds(new GitError('exit', lines, 128))).toBe(true);
    expect(refusesCommitIds(new GitError('exit', ['fatal: early EOF'], 128))).toBe(false);
  });
});
