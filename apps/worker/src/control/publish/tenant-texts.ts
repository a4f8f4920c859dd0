/** Where an object stands in a manifest, index or config: only there a key is the format's, and a label may be called the same. */
type Place = 'document' | 'descriptor' | 'platform' | 'step' | 'elsewhere';

/** Values that are the format's own words, moments or digests of content, by where they stand. */
const ownValues: Readonly<Record<Place, ReadonlySet<string>>> = {
  document: new Set(['mediaType', 'artifactType', 'os', 'architecture', 'variant', 'created']),
  descriptor: new Set(['mediaType', 'artifactType', 'digest']),
  platform: new Set(['os', 'architecture', 'variant']),
  step: new Set(['created']),
  elsewhere: new Set(),
};

/** Keys of the OCI image specification. Any other key is one that a build can choose: a label's, an annotation's, a port's. */
const ownKeys = new Set(
  (
    'mediaType artifactType digest os architecture variant created type platform ' +
    'schemaVersion config layers manifests annotations size urls data subject rootfs diff_ids history created_by ' +
    'author comment empty_layer User ExposedPorts Env Entrypoint Cmd Volumes WorkingDir Labels StopSignal ArgsEscaped ' +
    'OnBuild Shell Healthcheck Test Interval Timeout StartPeriod Retries Memory MemorySwap CpuShares container ' +
    'container_config docker_version os.version os.features moby.buildkit.buildinfo.v1 moby.buildkit.cache.v0'
  ).split(' '),
);

/** No part of a UTF-8 text that a secret is searched for in. */
const separator = '\0';
/** Characters of short texts that make one part. */
const charsOfPart = 64 * 1024;

/**
 * What a build can have written into a JSON document, in parts, each text apart from the next: its strings and the keys that are
 * not the format's. A document that is no JSON is taken as it is.
 */
export function* tenantTexts(bytes: Uint8Array): Generator<Uint8Array> {
  const document = parsed(bytes);
  if (document === undefined) {
    yield bytes;
    return;
  }
  let part: string[] = [];
  let chars = 0;
  for (const text of textsOf(document)) {
    part.push(text, separator);
    chars += text.length + 1;
    if (chars < charsOfPart) continue;
    yield Buffer.from(part.join(''));
    [part, chars] = [[], 0];
  }
  yield Buffer.from(part.join(''));
}

function* textsOf(document: unknown): Generator<string> {
  // A list and its entries are at the same place. Two stacks: an object for each of many values would take as much again.
  const open: unknown[] = [document];
  const places: Place[] = ['document'];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const at = open.pop();
    if (typeof at === 'string') yield at;
    else if (Array.isArray(at))
      for (const value of at) {
        open.push(value);
        places.push(place);
      }
    else if (at !== null && typeof at === 'object') {
      const isManifest = place === 'document' && 'layers' in at;
      for (const [key, value] of Object.entries(at)) {
        if (!ownKeys.has(key)) yield key;
        if (typeof value === 'string' && ownValues[place].has(key)) continue;
        open.push(value);
        places.push(placeOf(key, place, isManifest));
      }
    }
  }
}

/** The config of a manifest is named by a descriptor; in a config it holds what a build sets. */
function placeOf(key: string, place: Place, isManifest: boolean): Place {
  if (place === 'descriptor') return key === 'platform' ? 'platform' : 'elsewhere';
  if (place !== 'document') return 'elsewhere';
  if (key === 'layers' || key === 'manifests' || key === 'subject') return 'descriptor';
  if (key === 'config' && isManifest) return 'descriptor';
  return key === 'history' ? 'step' : 'elsewhere';
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
