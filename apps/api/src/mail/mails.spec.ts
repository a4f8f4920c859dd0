import { describe, expect, it } from 'vitest';
import { invitationMail, resetMail } from './mails.js';

describe('a mail', () => {
  it('holds its link in a line of its own', () => {
    expect(resetMail('a@b.example', 'Ada', 'https://c.example/reset#x', 30).text.split('\n')).toContain(
      'https://c.example/reset#x',
    );
  });

  it('takes no line breaks, no direction marks and no novel from strangers', () => {
    const name = `Evil\r\nBcc: all@example.org\n\u202etxt ${'x'.repeat(500)}`;
    const mail = invitationMail('a@b.example', name, name, 'https://c.example/invitation#x');
    expect(mail.subject).not.toMatch(/[\r\n\u202e]/);
    expect(mail.text.split('\n').filter((each) => each.startsWith('Bcc'))).toEqual([]);
    expect(mail.subject.length).toBeLessThan(260);
    expect(resetMail('a@b.example', name, 'https://c.example', 30).text.split('\n')[0]).not.toMatch(/[\r\u202e]/);
  });
});
