import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type CosignTarget, cosignTree, cosignVerify, cosignVerifyAttestation } from './cosign-commands.js';

const digest = `sha256:${'a'.repeat(64)}` as const;
const target: CosignTarget = {
  host: 'registry.example',
  repository: 'acme/hello',
  digest,
  key: 'https://cooperage.example/keys/1.pub',
  project: 'https://cooperage.example/p/acme/hello',
};

describe('cosign commands', () => {
  it('verify the digest, the project and the key, and say why the log is not asked', () => {
    const command = cosignVerify(target);
    expect(command.args).toEqual([
      'verify',
      '--key',
      'https://cooperage.example/keys/1.pub',
      '-a',
      'project=https://cooperage.example/p/acme/hello',
      '--insecure-ignore-tlog=true',
      `registry.example/acme/hello@${digest}`,
    ]);
    expect(command.notes.map((note) => note.flag)).toEqual(['--insecure-ignore-tlog=true']);
  });

  it('verify the provenance by its type', () => {
    expect(cosignVerifyAttestation(target).text).toBe(
      `cosign verify-attestation --key https://cooperage.example/keys/1.pub --type slsaprovenance1 --insecure-ignore-tlog=true registry.example/acme/hello@${digest}`,
    );
  });

  it('show all that lies beside the image', () => {
    expect(cosignTree(target).text).toBe(`cosign tree registry.example/acme/hello@${digest}`);
  });

  it('allow plain http only where the registry speaks it', () => {
    expect(cosignVerify(target).args).not.toContain('--allow-http-registry=true');
    const command = cosignVerify({ ...target, plainHttp: true });
    expect(command.args).toContain('--allow-http-registry=true');
    expect(command.notes).toHaveLength(2);
  });

  it('S-022 are the same words in a shell as in the list, whatever a project or path is called', () => {
    const odd = { ...target, key: '/keys/it\'s $(id) `id`; a\n"b".pub', project: "x'; touch /tmp/never; '" };
    const { text, args } = cosignVerify(odd);
    const script = `cosign() { printf '%s\\0' "$@"; }; ${text}`;
    const words = execFileSync('sh', ['-c', script]).toString().split('\0').slice(0, -1);
    expect(words).toEqual(args);
  });
});
