import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type AdmissionTarget, admissionSnippets } from './admission-snippets.js';
import { ours, stranger } from './check/forgeries.fixture.js';

const target: AdmissionTarget = {
  host: 'registry.example',
  repository: 'acme/hello',
  publicKeys: [ours.publicKeyPem],
  project: 'https://cooperage.example/p/acme/hello',
  builderId: 'https://cooperage.example/builders/default/v1',
  zone: 'protected',
  source: {
    address: 'https://git.example/acme/hello.git',
    refs: ['refs/heads/main', 'refs/heads/release/*', 'refs/tags/**'],
  },
};
const textOf = (fileName: string, change: Partial<AdmissionTarget> = {}) =>
  admissionSnippets({ ...target, ...change }).find((snippet) => snippet.fileName === fileName)?.text ?? '';

describe('admission snippets', () => {
  it('ask Kyverno for the key and the project, by tag and by digest', () => {
    const text = textOf('kyverno.yaml');
    expect(text).toContain('- "registry.example/acme/hello:*"\n            - "registry.example/acme/hello@*"');
    expect(text).toContain('project: "https://cooperage.example/p/acme/hello"');
    expect(text).toContain(`                      ${ours.publicKeyPem.split('\n')[1]}`);
    expect(text).toContain('failureAction: Enforce');
  });

  it('R22A-10 say of Kyverno that it wants all provenances of an image to fit', () => {
    const notes = admissionSnippets(target).flatMap(({ tool, notes }) => (tool === 'Kyverno' ? notes : []));
    expect(notes.join(' ')).toContain('Kyverno wants every provenance of an image to fit');
  });

  it('ask the policy-controller for the key and the builder', () => {
    const text = textOf('image-policy.yaml');
    expect(text).toContain('predicate: runDetails: builder: id: "https://cooperage.example/builders/default/v1"');
    expect(text).toContain('predicateType: "https://slsa.dev/provenance/v1"');
    expect(text).not.toContain('hello**');
  });

  it('refuse by policy.json all but this repository by this key', () => {
    const policy = JSON.parse(textOf('policy.json'));
    expect(policy.default).toEqual([{ type: 'reject' }]);
    const [rule] = policy.transports.docker['registry.example/acme/hello'];
    expect(rule).toMatchObject({ type: 'sigstoreSigned', signedIdentity: { type: 'matchRepository' } });
    expect(Buffer.from(rule.keyData, 'base64').toString()).toBe(ours.publicKeyPem);
  });

  it('name every key while an old one still counts', () => {
    const publicKeys = [ours.publicKeyPem, stranger.publicKeyPem];
    // Once for the signature and once for the provenance.
    expect(textOf('kyverno.yaml', { publicKeys }).match(/BEGIN PUBLIC KEY/g)).toHaveLength(4);
    expect(textOf('image-policy.yaml', { publicKeys })).toContain('- name: key-2');
    const [rule] = JSON.parse(textOf('policy.json', { publicKeys })).transports.docker['registry.example/acme/hello'];
    expect([rule.keyData, rule.keyDatas.length]).toEqual([undefined, 2]);
  });

  it('are well formed: each parses, and every key in it is a key', () => {
    const publicKeys = [ours.publicKeyPem, stranger.publicKeyPem];
    const [kyverno, policy, registry] = ['kyverno.yaml', 'image-policy.yaml', 'registries.d/cooperage.yaml'].map(
      (name) => parse(textOf(name, { publicKeys }), { strict: true, uniqueKeys: true }),
    );
    expect(kyverno).toMatchObject({ apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy' });
    const [{ attestors, imageReferences }] = kyverno.spec.rules[0].verifyImages;
    expect(imageReferences).toEqual(['registry.example/acme/hello:*', 'registry.example/acme/hello@*']);
    expect(policy).toMatchObject({ apiVersion: 'policy.sigstore.dev/v1beta1', kind: 'ClusterImagePolicy' });
    expect(registry).toEqual({ docker: { 'registry.example': { 'use-sigstore-attachments': true } } });
    const inKyverno = attestors[0].entries.map((entry: { keys: { publicKeys: string } }) => entry.keys.publicKeys);
    const inPolicy = policy.spec.authorities.map((authority: { key: { data: string } }) => authority.key.data);
    for (const pems of [inKyverno, inPolicy])
      expect(pems.map((pem: string) => createPublicKey(pem).export({ type: 'spki', format: 'pem' }))).toEqual(
        publicKeys,
      );
  });

  it('R-M6 name the zone and the refs of production wherever the tool can compare them', () => {
    const publicKeys = [ours.publicKeyPem, stranger.publicKeyPem];
    const kyverno = parse(textOf('kyverno.yaml', { publicKeys }), { strict: true, uniqueKeys: true });
    const [{ type, attestors, conditions }] = kyverno.spec.rules[0].verifyImages[0].attestations;
    expect([type, attestors[0].entries.length]).toEqual(['https://slsa.dev/provenance/v1', 2]);
    const uri = (ref: string) => ({
      key: '{{ buildDefinition.externalParameters.source.uri }}',
      operator: 'Equals',
      value: `git+https://git.example/acme/hello.git@${ref}`,
    });
    expect(conditions).toEqual([
      {
        all: [
          { key: '{{ runDetails.builder.id }}', operator: 'Equals', value: target.builderId },
          { key: '{{ buildDefinition.internalParameters.zone }}', operator: 'Equals', value: 'protected' },
        ],
      },
      { any: [uri('refs/heads/main'), uri('refs/heads/release/*'), uri('refs/tags/*')] },
    ]);
    const policy = parse(textOf('image-policy.yaml', { publicKeys }));
    for (const { attestations } of policy.spec.authorities) {
      const cue: string = attestations[0].policy.data;
      expect(cue).toContain('internalParameters: zone: "protected"');
      const expression = new RegExp(JSON.parse(/uri: =~(".*")$/m.exec(cue)![1]!));
      const passes = (ref: string) => expression.test(`git+https://git.example/acme/hello.git@${ref}`);
      for (const ref of ['refs/heads/main', 'refs/heads/release/1', 'refs/tags/v1', 'refs/tags/a/b'])
        expect(passes(ref)).toBe(true);
      for (const ref of [
        'refs/heads/topic',
        'refs/heads/main2',
        'refs/heads/release/1/fix',
        'refs/pull/7/head',
        'refs/heads/main/x',
      ])
        expect(passes(ref)).toBe(false);
      expect(expression.test('git+https://gitxexample/acme/hello.git@refs/heads/main')).toBe(false);
    }
    const notes = admissionSnippets(target).flatMap(({ fileName, notes }) => (fileName === 'policy.json' ? notes : []));
    expect(notes.join(' ')).toContain('an image of a branch or of a fork passes');
  });

  it('S-087 keep a strange address within its quotes', () => {
    const project = 'https://x.example/"\n  evil: true';
    expect(textOf('kyverno.yaml', { project })).toContain(`project: ${JSON.stringify(project)}\n`);
  });
});
