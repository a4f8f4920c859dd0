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

  it('ask the policy-controller for the key and the builder', () => {
    const text = textOf('image-policy.yaml');
    expect(text).toContain('runDetails: builder: id: "https://cooperage.example/builders/default/v1"');
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
    expect(textOf('kyverno.yaml', { publicKeys }).match(/BEGIN PUBLIC KEY/g)).toHaveLength(2);
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

  it('S-087 keep a strange address within its quotes', () => {
    const project = 'https://x.example/"\n  evil: true';
    expect(textOf('kyverno.yaml', { project })).toContain(`project: ${JSON.stringify(project)}\n`);
  });
});
