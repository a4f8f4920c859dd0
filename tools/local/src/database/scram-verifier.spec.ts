import { expect, it } from 'vitest';
import { scramVerifier } from './scram-verifier.ts';

it('makes what PostgreSQL makes of a password', () => {
  // From RFC 7677, section 3: user "user", password "pencil".
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  expect(scramVerifier('pencil', salt)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

it('uses a new salt each time, and refuses what would be prepared differently elsewhere', () => {
  expect(scramVerifier('pencil')).not.toBe(scramVerifier('pencil'));
  for (const password of ['', 'two words', 'pässword', 'a\nb'])
    expect(() => scramVerifier(password)).toThrow(TypeError);
});
