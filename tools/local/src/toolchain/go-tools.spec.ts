import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GO_EDITS } from './go-edits.ts';
import { wantedGo } from './go-module.ts';
import { cachedGoTools, type GoPlaces, obstacleToGoTools, obtainGoTools } from './go-tools.ts';

let folder: string;
let places: GoPlaces;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'go-tools-'));
  places = { folders: [path.join(folder, 'bin')], host: 'this is not Debian', cache: path.join(folder, 'cache') };
});
afterEach(() => rmSync(folder, { recursive: true }));

/** In the place of Go: it fills the folders of modules and results as that does, and fails where it is told to. */
function makeGo(failing: { readonly command?: string; readonly says?: string } = {}): void {
  const vendored = path.join(folder, 'vendored');
  for (const edit of GO_EDITS) {
    const own = GO_EDITS.filter((other) => other.package === edit.package && other.file === edit.file);
    mkdirSync(path.join(vendored, edit.package), { recursive: true });
    writeFileSync(path.join(vendored, edit.package, edit.file), own.map(({ behind }) => behind).join(''));
  }
  const script = `#!/bin/sh
if [ "$1" = '${failing.command}' ]; then echo 'go: downloading' >&2; echo '${failing.says}' >&2; exit 1; fi
case $1 in
tool) echo 'compile version go${wantedGo()}' ;;
mod) mkdir -p "$GOPATH/pkg/mod" "$GOCACHE"; cp -r '${vendored}' vendor ;;
build) while [ "$1" != -o ]; do shift; done; touch "$2/buildkitd" ;;
clean) rm -r "$GOPATH/pkg/mod" ;;
esac
`;
  mkdirSync(places.folders[0] as string);
  writeFileSync(path.join(folder, 'bin/go'), script);
  chmodSync(path.join(folder, 'bin/go'), 0o755);
}

describe('BuildKit', () => {
  it('is built once, and what only its build needed goes', async () => {
    makeGo();
    expect(await obstacleToGoTools(places)).toBeUndefined();
    const built = await obtainGoTools({}, places);
    expect(existsSync(built.path('buildkitd'))).toBe(true);
    expect(readdirSync(places.cache)).toEqual(['go-tools']);
  });

  it('needs no Go where it is built already', async () => {
    makeGo();
    const { folder: built } = await obtainGoTools({}, places);
    const without = { ...places, folders: [] };
    expect(await obstacleToGoTools(without)).toBeUndefined();
    expect((await obtainGoTools({}, without)).folder).toBe(built);
    expect(readdirSync(places.cache)).toEqual(['go-tools']);
  });

  it('is not built where Go cannot be had, which is known before', async () => {
    const obstacle = await obstacleToGoTools(places);
    expect(obstacle).toContain('this is not Debian');
    await expect(obtainGoTools({}, places)).rejects.toThrow(obstacle);
  });

  it('that cannot be fetched is told with what to do, and the next try has what is there already', async () => {
    makeGo({ command: 'mod', says: 'dial tcp: lookup proxy.golang.org: no such host' });
    mkdirSync(path.join(places.cache, 'go/pkg/mod'), { recursive: true });
    await expect(obtainGoTools({}, places)).rejects.toThrow(
      'The Go modules of BuildKit could not be downloaded: dial tcp: lookup proxy.golang.org: no such host. ' +
        'Set GOPROXY to a module proxy that this machine reaches, or set BUILDKIT_HOST to a BuildKit that runs already.',
    );
    expect(cachedGoTools(places.cache)).toBeUndefined();
    expect(readdirSync(path.join(places.cache, 'go-tools'))).toEqual(['build.lock']);
    expect(existsSync(path.join(places.cache, 'go/pkg/mod'))).toBe(true);
  });

  it('that does not fit on the disk is told as that', async () => {
    makeGo({ command: 'build', says: 'write /cache/a: no space left on device' });
    await expect(obtainGoTools({}, places)).rejects.toThrow(
      `BuildKit could not be built: the disk of ${places.cache} is full. ` +
        'Make 3 GB free there, or set BUILDKIT_HOST to a BuildKit that runs already.',
    );
  });

  it('that was not wanted any more fails as that', async () => {
    makeGo();
    await expect(obtainGoTools({ signal: AbortSignal.abort(new Error('ended by hand')) }, places)).rejects.toThrow(
      'ended by hand',
    );
  });
});
