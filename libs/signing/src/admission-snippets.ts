import type { RepositoryName } from '@cooperage/domain';
import { predicateTypes, projectAnnotation } from './format/media-types.js';
import { gitUri } from './provenance.js';

/**
 * Whom a machine that runs images is to believe: one of these keys, for this project, and of its images those that were built
 * in this zone from these refs. Every build is signed, also that of a branch or of a fork's pull request.
 */
export interface AdmissionTarget {
  /** `host` or `host:port` of the registry. */
  readonly host: string;
  readonly repository: RepositoryName;
  /** PEMs of the public keys whose signatures count. */
  readonly publicKeys: readonly string[];
  /** Address of the project that the signatures are bound to. */
  readonly project: string;
  /** Address of the builder that the provenance has to name. */
  readonly builderId: string;
  /** The zone that the provenance has to name: `protected` for what goes into production. */
  readonly zone: string;
  readonly source: {
    /** Clone address of the project. */
    readonly address: string;
    /** Patterns of full refs, as `Rule` has them: `refs/heads/main`, `refs/heads/release/*`, `refs/tags/**`. */
    readonly refs: readonly string[];
  };
}

/** A file for a tool that lets images in; `notes` say what else it needs and what it does not look at. */
export interface AdmissionSnippet {
  readonly tool: 'Kyverno' | 'sigstore policy-controller' | 'containers policy.json';
  readonly fileName: string;
  readonly text: string;
  readonly notes: readonly string[];
}

export function admissionSnippets(target: AdmissionTarget): AdmissionSnippet[] {
  return [kyverno(target), policyController(target), containersPolicy(target), containersRegistry(target)];
}

/** `ClusterPolicy` of Kyverno 1.13 and later. Each key is an entry, and one of them is enough. */
function kyverno({ host, repository, publicKeys, project, ...wanted }: AdmissionTarget): AdmissionSnippet {
  const keys = publicKeys.map((pem) => [
    '- keys:',
    '    publicKeys: |-',
    ...indented(pem, 6),
    '    rekor:',
    '      ignoreTlog: true',
    '    ctlog:',
    '      ignoreSCT: true',
  ]);
  const bound = ['  annotations:', `    ${projectAnnotation}: ${quoted(project)}`];
  const entries = keys.flatMap((key) => shifted([...key, ...bound], 16));
  const sources = wanted.source.refs.map((ref) => gitUri(wanted.source.address, ref.replaceAll('**', '*')));
  const equals = (path: string, value: string) => [
    `- key: ${quoted(`{{ ${path} }}`)}`,
    '  operator: Equals',
    `  value: ${quoted(value)}`,
  ];
  const lines = [
    'apiVersion: kyverno.io/v1',
    'kind: ClusterPolicy',
    'metadata:',
    `  name: ${objectName(repository)}`,
    'spec:',
    '  background: false',
    '  rules:',
    '    - name: signed-for-this-project',
    '      match:',
    '        any:',
    '          - resources:',
    '              kinds: [Pod]',
    '      verifyImages:',
    '        - imageReferences:',
    `            - ${quoted(`${host}/${repository}:*`)}`,
    `            - ${quoted(`${host}/${repository}@*`)}`,
    '          failureAction: Enforce',
    '          attestors:',
    '            - count: 1',
    '              entries:',
    ...entries,
    '          attestations:',
    `            - type: ${quoted(predicateTypes.provenance)}`,
    '              attestors:',
    '                - count: 1',
    '                  entries:',
    ...keys.flatMap((key) => shifted(key, 20)),
    '              conditions:',
    '                - all:',
    ...shifted(equals('runDetails.builder.id', wanted.builderId), 20),
    ...shifted(equals('buildDefinition.internalParameters.zone', wanted.zone), 20),
    '                - any:',
    ...sources.flatMap((source) => shifted(equals('buildDefinition.externalParameters.source.uri', source), 20)),
  ];
  return { tool: 'Kyverno', fileName: 'kyverno.yaml', text: fileOf(lines), notes: [allFit, noLog] };
}

/** `ClusterImagePolicy` of sigstore's policy-controller. Each key is an authority, and one of them is enough. */
function policyController({ host, repository, publicKeys, ...wanted }: AdmissionTarget): AdmissionSnippet {
  const authorities = publicKeys.flatMap((pem, at) => [
    `    - name: key-${at + 1}`,
    '      key:',
    '        hashAlgorithm: sha256',
    '        data: |',
    ...indented(pem, 10),
    '      attestations:',
    '        - name: built-here',
    `          predicateType: ${quoted(predicateTypes.provenance)}`,
    '          policy:',
    '            type: cue',
    '            data: |',
    ...shifted(provenancePolicy(wanted), 14),
  ]);
  const lines = [
    'apiVersion: policy.sigstore.dev/v1beta1',
    'kind: ClusterImagePolicy',
    'metadata:',
    `  name: ${objectName(repository)}`,
    'spec:',
    '  images:',
    `    - glob: ${quoted(`${host}/${repository}:*`)}`,
    `    - glob: ${quoted(`${host}/${repository}@*`)}`,
    '  authorities:',
    ...authorities,
  ];
  const scope = 'It rules only namespaces with the label policy.sigstore.dev/include=true.';
  return {
    tool: 'sigstore policy-controller',
    fileName: 'image-policy.yaml',
    text: fileOf(lines),
    notes: [scope, noLog],
  };
}

/** What the provenance has to say, in CUE: policy-controller and `cosign verify-attestation --policy` read the same. */
function provenancePolicy({
  builderId,
  zone,
  source,
}: Pick<AdmissionTarget, 'builderId' | 'zone' | 'source'>): string[] {
  const uris = source.refs.map((ref) => `${escaped(gitUri(source.address, ''))}${refExpression(ref)}`);
  return [
    `predicate: runDetails: builder: id: ${quoted(builderId)}`,
    `predicate: buildDefinition: internalParameters: zone: ${quoted(zone)}`,
    `predicate: buildDefinition: externalParameters: source: uri: =~${quoted(`^(${uris.join('|')})$`)}`,
  ];
}

/** A pattern of refs as a regular expression (RE2). */
function refExpression(pattern: string): string {
  const parts = pattern.split(/(\*\*\/|\*\*|\*|\?)/);
  const open: Readonly<Record<string, string>> = { '**/': '(.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };
  return parts.map((part) => open[part] ?? escaped(part)).join('');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** `policy.json` of Podman, Skopeo, Buildah and CRI-O: containers-policy.json(5). */
function containersPolicy({ host, repository, publicKeys }: AdmissionTarget): AdmissionSnippet {
  const keys =
    publicKeys.length === 1 ? { keyData: base64(publicKeys[0]!) } : { keyDatas: publicKeys.map((pem) => base64(pem)) };
  // cosign signs a repository without a tag, so an exact reference never matches.
  const signed = { type: 'sigstoreSigned', ...keys, signedIdentity: { type: 'matchRepository' } };
  const policy = {
    default: [{ type: 'reject' }],
    transports: { docker: { [`${host}/${repository}`]: [signed] } },
  };
  const notes = [
    'Everything else is refused: add what your machine needs. It compares the key and the repository and nothing else: an image of a branch or of a fork passes, too. Where that matters, name images by digest, or use another of these tools.',
    'Debian 12 ships these tools without sigstore; several keys need a release of 2025 or later.',
  ];
  return {
    tool: 'containers policy.json',
    fileName: 'policy.json',
    text: `${JSON.stringify(policy, null, 2)}\n`,
    notes,
  };
}

/** Without it those tools do not look for signatures beside the image: containers-registries.d(5). */
function containersRegistry({ host }: AdmissionTarget): AdmissionSnippet {
  const lines = ['docker:', `  ${quoted(host)}:`, '    use-sigstore-attachments: true'];
  const notes = ['Belongs into /etc/containers/registries.d, beside policy.json.'];
  return { tool: 'containers policy.json', fileName: 'registries.d/cooperage.yaml', text: fileOf(lines), notes };
}

const allFit =
  'Kyverno wants every provenance of an image to fit, not one of them: an image that was built again from a ref or by a builder that is not named here is refused.';
const noLog = 'The signatures are in no public log; the key alone decides.';

/** A name that Kubernetes takes (RFC 1123, at most 63 characters). */
function objectName(repository: string): string {
  const name = `cooperage-${repository}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return name.slice(0, 63).replace(/-+$/, '');
}

/** Words of JSON are words of YAML and of CUE. */
function quoted(word: string): string {
  return JSON.stringify(word);
}

function base64(pem: string): string {
  return Buffer.from(pem).toString('base64');
}

function indented(text: string, spaces: number): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => ' '.repeat(spaces) + line);
}

function shifted(lines: readonly string[], spaces: number): string[] {
  return lines.map((line) => ' '.repeat(spaces) + line);
}

function fileOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
