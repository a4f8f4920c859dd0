import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** One script of a page. */
export interface Chunk {
  readonly file: string;
  /** Bytes, compressed by gzip at its best. */
  readonly bytes: number;
  /** What of ours is in it, by the files of its modules; none where it is the framework's alone. */
  readonly modules: readonly string[];
}

export interface RouteWeight {
  readonly route: string;
  /** Bytes of what the framework itself needs on every page: the same for all routes. */
  readonly framework: number;
  /** What the page loads beside that, before anything is done on it, heaviest first. */
  readonly chunks: readonly Chunk[];
}

/** A route's weight as a multiple of the framework's own share. */
export function ratioOf({ framework, chunks }: RouteWeight): number {
  return (framework + chunks.reduce((sum, { bytes }) => sum + bytes, 0)) / framework;
}

/** What is wrong with a weight, for whoever has to find it; null where it is within its budget. */
export function overweight(weight: RouteWeight, budget: number): string | null {
  const ratio = ratioOf(weight);
  if (ratio <= budget) return null;
  const over = Math.round((ratio - budget) * weight.framework);
  const lines = weight.chunks.map(({ file, bytes, modules }) => `  ${bytes} bytes ${file}: ${modules.join(', ')}`);
  return [
    `${weight.route} weighs ${ratio.toFixed(3)} of the framework's ${weight.framework} bytes; its budget is ${budget.toFixed(3)}.`,
    `That is ${over} bytes too many. Beside the framework it loads:`,
    ...lines,
  ].join('\n');
}

interface RouteStats {
  readonly route: string;
  readonly firstLoadChunkPaths: readonly string[];
}

/** Of each route of the web application as it was built last. @param web folder of the application */
export function routeWeights(web: string): RouteWeight[] {
  const json = <T>(file: string): T => JSON.parse(readFileSync(path.join(web, '.next', file), 'utf8')) as T;
  const { rootMainFiles } = json<{ rootMainFiles: string[] }>('build-manifest.json');
  const routes = json<RouteStats[]>('diagnostics/route-bundle-stats.json');
  const parts = moduleNames(web);
  const root = new Set(rootMainFiles.map((file) => path.basename(file)));
  const seen = new Map<string, Chunk>();
  const chunkOf = (name: string): Chunk => {
    const text = readFileSync(path.join(web, '.next/static/chunks', name));
    const chunk = { file: name, bytes: gzipSync(text, { level: 9 }).length, modules: parts(text.toString()) };
    seen.set(name, chunk);
    return chunk;
  };
  const chunk = (name: string): Chunk => seen.get(name) ?? chunkOf(name);
  const framework = [...root].reduce((sum, name) => sum + chunk(name).bytes, 0);
  return routes.map(({ route, firstLoadChunkPaths }) => ({
    route,
    framework,
    chunks: firstLoadChunkPaths
      .map((file) => path.basename(file))
      .filter((name) => !root.has(name))
      .map(chunk)
      .toSorted((a, b) => b.bytes - a.bytes),
  }));
}

/** Names the modules of a script by the numbers that stand in it; the numbers are those of what the server hands over. */
function moduleNames(web: string): (text: string) => string[] {
  const numbers = new Map<string, string>();
  const app = path.join(web, '.next/server/app');
  for (const file of globSync('**/*_client-reference-manifest.js', { cwd: app }))
    for (const [, name = '', id = ''] of readFileSync(path.join(app, file), 'utf8').matchAll(handedOver))
      numbers.set(id, name.replace(/^.*(?:apps\/web\/src|node_modules)\//, ''));
  return (text) => [
    ...new Set([...text.matchAll(/[,[](\d{2,6})(?=,)/g)].flatMap(([, id = '']) => numbers.get(id) ?? [])),
  ];
}

const handedOver = /"\[project\]\/([^" ]+)[^"]*":\{"id":(\d+),/g;
