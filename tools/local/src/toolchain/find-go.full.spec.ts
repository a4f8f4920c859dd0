import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../processes/command.ts';
import { surveyGo } from './find-go.ts';
import { obtainLacking, toolsOfSurvey } from './find-tools.ts';
import { wantedGo } from './go-module.ts';
import { goEnvironment } from './go-tools.ts';
import { isAtLeast } from './tool-list.ts';

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'cooperage-go-'));
});
afterAll(() => rmSync(cache, { recursive: true }));

it('Go comes from Debian where this machine has none, and builds what is asked of it', {
  timeout: 300_000,
}, async () => {
  const survey = await surveyGo(wantedGo(), { folders: [] });
  expect(toolsOfSurvey(survey, cache).has('go')).toBe(false);
  expect(readdirSync(cache)).toEqual([]);

  const go = (await obtainLacking(survey, cache)).find('go');
  expect(go).toEqual({ path: expect.stringContaining(cache), version: expect.any(String), origin: 'cache' });
  expect(isAtLeast(go?.version ?? '0', wantedGo())).toBe(true);
  expect(toolsOfSurvey(survey, cache).find('go')).toEqual(go);

  const program = go?.path as string;
  const source = path.join(cache, 'hello');
  mkdirSync(source);
  writeFileSync(path.join(source, 'go.mod'), `module example.org/hello\n\ngo ${wantedGo()}\n`);
  writeFileSync(path.join(source, 'main.go'), MAIN);
  const options = { cwd: source, env: goEnvironment(program, cache) };
  await run(program, ['build', '-o', 'hello', '.'], options);
  const { stdout } = await run(path.join(source, 'hello'), []);
  expect(stdout).toBe(`Hello from go${go?.version}\n`);
  // Nothing of a Go that this machine may have took part.
  expect((await run(program, ['env', 'GOROOT'], options)).stdout).toContain(cache);
});

it('A Go of Debian that is too old is not kept', { timeout: 300_000 }, async () => {
  const survey = await surveyGo('99.0', { folders: [] });
  await expect(obtainLacking(survey, cache)).rejects.toThrow(/golang-\S+ is 1\.\S+, and 99\.0 or later is needed/);
  expect(toolsOfSurvey(survey, cache).has('go')).toBe(false);
});

const MAIN = `package main

import (
	"os"
	"runtime"
)

func main() {
	os.Stdout.WriteString("Hello from " + runtime.Version() + "\\n")
}
`;
