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
    const from = { name, email: `mallory@evil.example` };
    const mail = invitationMail('a@b.example', { name, slug: 'evil' }, from, 'https://c.example/invitation#x');
    expect(mail.text).not.toContain('Bcc');
    expect(resetMail('a@b.example', name, 'https://c.example', 30).text.split('\n')[0]).not.toMatch(/[\r\u202e]/);
  });

  it.each([
    'Acme: log in at http://evil.example',
    'evil.example',
    'www.evil',
    '[click](x)',
    'Your account is closed. Call 0800 111 222 at once, or everything that you have here is deleted',
    'pay@evil',
    '10.0.0.1',
  ])('R-M8 names an organization by its slug when its name reads as a link or a message: %s', (name) => {
    const from = { name, email: 'mallory@acme.example' };
    const mail = invitationMail('a@b.example', { name, slug: 'acme' }, from, 'https://c.example/invitation#x');
    expect(mail.subject).toBe('Invitation to an organization on Cooperage');
    expect(mail.text).not.toContain(name);
    expect(mail.text).toContain('Organization: acme\n');
    expect(mail.text).toContain('Invited by: mallory@acme.example\n');
    expect(mail.text.length).toBeLessThan(600);
  });

  it('R-M8 names the organization and the inviter when the names are plain', () => {
    const from = { name: 'Olga Owner', email: 'olga@acme.example' };
    const mail = invitationMail('a@b.example', { name: 'Acme Inc.', slug: 'acme' }, from, 'https://c.example/x');
    expect(mail.text).toContain('Organization: acme, “Acme Inc.”\n');
    expect(mail.text).toContain('Invited by: “Olga Owner”, olga@acme.example\n');
  });
});
