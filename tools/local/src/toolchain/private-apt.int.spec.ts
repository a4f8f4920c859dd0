import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { goFailure, obtainingGo } from './go-failure.ts';
import { PrivateApt } from './private-apt.ts';

it('a mirror that cannot be reached is told as that, not as packages that Debian does not have', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'private-apt-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const error = await new PrivateApt(folder).update('http://127.0.0.1:1/debian', ['sid']).catch((reason) => reason);
  expect(goFailure(obtainingGo('1.26.8'), error, folder).message).toMatch(
    /^Go could not be obtained from Debian: E: Failed to fetch http:\/\/127\.0\.0\.1:1\/\S+ .*\. Install Go 1\.26\.8 or later/,
  );
});
