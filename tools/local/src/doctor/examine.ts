import type { Choice, Choices, PartKey, Surroundings } from '../parts/choice.ts';
import { EXTERNAL } from '../parts/choice.ts';
import { machineEngineProblems } from '../parts/engine/machine-engine.ts';
import { httpStatus } from '../parts/http-probe.ts';
import { findBinaries } from '../parts/postgres/binaries.ts';
import { postgresVersion } from '../parts/postgres/postgres-probe.ts';
import { redisAgeProblem } from '../parts/redis/redis-age.ts';
import { redisVersion } from '../parts/redis/redis-probe.ts';
import { attempt } from '../processes/command.ts';
import { findBrowser } from '../toolchain/browser.ts';
import { obstacleToGo, surveyGo } from '../toolchain/find-go.ts';
import { findProgram, isExecutable } from '../toolchain/find-program.ts';
import { toolsOfSurvey } from '../toolchain/find-tools.ts';
import { buildkitVersion, wantedGo } from '../toolchain/go-module.ts';
import { cachedGoTools } from '../toolchain/go-tools.ts';
import type { FoundTool } from '../toolchain/tools.ts';
import type { Finding } from './finding.ts';
import { examineProtections } from './protections.ts';

const FROM_DEBIAN = "Debian's package, unpacked into the cache folder at the first start";

export async function examine(around: Surroundings, choices: Choices): Promise<Finding[]> {
  const isOwn = choices.engine.kind === 'embedded';
  const parts = await Promise.all([
    examineNode(),
    examineGit(),
    examinePostgres(choices.postgres),
    examineRedis(choices.redis, around),
    examineRegistry(choices.registry, around),
    examineEngine(choices.engine),
    ...(isOwn ? [examineGo()] : []),
    examineCosign(around),
    examineBrowser(),
  ]);
  return [...parts, ...(isOwn ? await examineProtections(toolsOfSurvey(around.survey)) : [])];
}

function examineNode(): Finding {
  return { part: 'Node', state: 'ready', where: process.execPath, version: process.versions.node };
}

async function examineGit(): Promise<Finding> {
  const git = findProgram('git');
  if (!git) return { part: 'git', state: 'missing', where: 'not found', advice: 'install git' };
  const [version, folder] = await Promise.all([attempt(git, ['--version']), attempt(git, ['--exec-path'])]);
  const serves = isExecutable(`${folder.stdout.trim()}/git-http-backend`);
  const advice = 'git-http-backend is not beside it: repositories cannot be served over HTTP; install all of git';
  return {
    part: 'git',
    state: serves ? 'ready' : 'missing',
    where: git,
    version: /[\d.]+\d/.exec(version.stdout)?.[0],
    ...(!serves && { advice }),
  };
}

async function examinePostgres(choice: Choice): Promise<Finding> {
  const part = 'PostgreSQL';
  if (choice.kind === 'external') return external(part, 'postgres', await postgresVersion(choice.address));
  if (choice.kind !== 'embedded') return provided(part, choice);
  return { part, state: 'ready', where: 'binaries of an npm package', version: findBinaries()?.version };
}

async function examineRedis(choice: Choice, around: Surroundings): Promise<Finding> {
  const part = 'Redis';
  if (choice.kind === 'external') return externalRedis(await redisVersion(choice.address));
  if (choice.kind !== 'embedded') return provided(part, choice);
  return ownRedis(tool(part, 'redis-server', around), toolsOfSurvey(around.survey).find('redis-server'));
}

export function externalRedis(version: string | undefined): Finding {
  const advice = redisAgeAdvice(version);
  return { ...external('Redis', 'redis', version), ...(advice && { advice }) };
}

/** That of our own tool set is of the number that Debian mends: it is only old where the set lacks the updates. */
export function ownRedis(finding: Finding, found: FoundTool | undefined): Finding {
  const advice = found?.origin === 'machine' ? redisAgeAdvice(found.version) : found?.lack;
  return { ...finding, ...(advice && { advice }) };
}

/** Distributions mend their packages under an older number, so the age is a warning and changes no state. */
function redisAgeAdvice(version = ''): string | undefined {
  const problem = redisAgeProblem(version);
  return problem && `${problem}, unless its distribution has mended this version`;
}

async function examineRegistry(choice: Choice, around: Surroundings): Promise<Finding> {
  const part = 'registry';
  if (choice.kind !== 'external')
    return choice.kind === 'embedded' ? tool(part, 'docker-registry', around) : provided(part, choice);
  const { hostname, port } = new URL(`http://${choice.address}`);
  const status = await httpStatus({ host: hostname, port: Number(port || 80) }, '/v2/');
  return external(part, 'registry', status === undefined ? undefined : `HTTP ${status} at /v2/`);
}

function examineEngine(choice: Choice): Finding {
  const part = 'builder';
  if (choice.kind === 'external')
    return { part, state: 'ready', where: `BUILDKIT_HOST, ${choice.address} (not asked yet)` };
  if (choice.kind === 'embedded') return ownEngine(part);
  const advice = machineEngineProblems(choice).join('; ');
  return choice.kind === 'container'
    ? { part, state: 'ready', where: `Docker engine at ${choice.host.url}`, version: choice.host.version, advice }
    : provided(part, choice);
}

function ownEngine(part: string): Finding {
  const version = buildkitVersion().replace(/^v/, '');
  const goTools = cachedGoTools();
  return goTools
    ? { part, state: 'ready', where: goTools.path('buildkitd'), version }
    : {
        part,
        state: 'obtainable',
        where: `BuildKit ${version}, built with Go at the first start: one to five minutes`,
      };
}

async function examineGo(): Promise<Finding> {
  const survey = await surveyGo(wantedGo());
  return goFinding(toolsOfSurvey(survey).find('go'), obstacleToGo(survey), cachedGoTools() !== undefined);
}

/** Go only builds BuildKit, so nobody needs it any more where that is built. */
export function goFinding(go: FoundTool | undefined, obstacle: string | undefined, isBuilt: boolean): Finding {
  const part = 'Go';
  if (go) return { part, state: 'ready', where: go.path, version: go.version };
  if (isBuilt) return { part, state: 'ready', where: 'not needed, BuildKit is built already' };
  return obstacle
    ? { part, state: 'missing', where: 'not found', advice: obstacle }
    : { part, state: 'obtainable', where: "Debian's package, unpacked into the cache folder to build BuildKit" };
}

function examineCosign(around: Surroundings): Finding {
  const advice = 'it only checks signatures a second time: install cosign 3 to see that';
  const finding = tool('cosign', 'cosign', around);
  return finding.state === 'missing' ? { ...finding, advice } : finding;
}

async function examineBrowser(): Promise<Finding> {
  const part = 'browser';
  const file = await findBrowser();
  if (!file)
    return { part, state: 'obtainable', where: 'not found', advice: './cooperage test gets one; only tests use it' };
  const { stdout } = await attempt(file, ['--version']);
  return { part, state: 'ready', where: file, version: /\d+(\.\d+)+/.exec(stdout)?.[0] };
}

function tool(part: string, name: string, around: Surroundings): Finding {
  const found = toolsOfSurvey(around.survey).find(name);
  if (found) return { part, state: 'ready', where: found.path, version: found.version };
  return typeof around.survey.host === 'string'
    ? { part, state: 'missing', where: 'not found', advice: around.survey.host }
    : { part, state: 'obtainable', where: FROM_DEBIAN };
}

function external(part: string, key: PartKey, version: string | undefined): Finding {
  const where = EXTERNAL[key];
  return version === undefined
    ? { part, state: 'missing', where, advice: `nobody answers at the address in ${where}` }
    : { part, state: 'ready', where, version };
}

function provided(part: string, choice: Choice): Finding {
  if (choice.kind === 'container')
    return { part, state: 'obtainable', where: `a container of the Docker engine at ${choice.host.url}` };
  return { part, state: 'missing', where: 'not found', advice: choice.kind === 'missing' ? choice.advice : '' };
}
