import { type MailReceiver, startMailReceiver, startTricklingMailServer } from '@cooperage/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Mailer } from './mailer.js';

const mail = { to: 'ada@x.example', subject: 'A subject', text: 'A text' };

const mailerTo = (url: string, wholeMs: number) => {
  const warned: string[] = [];
  const logger = { warn: (_: object, text: string) => void warned.push(text) };
  const mailer = new Mailer({ smtp: { url, from: 'c@x.example' } }, logger as never, { wholeMs });
  onTestFinished(() => mailer.onApplicationShutdown());
  return { mailer, warned };
};
const trickling = async (trickleAt?: number) => {
  const server = await startTricklingMailServer(trickleAt);
  onTestFinished(() => server.close());
  return server;
};
const receiving = async (): Promise<MailReceiver> => {
  const receiver = await startMailReceiver();
  onTestFinished(() => receiver.close());
  return receiver;
};

describe('R13B-3 a mail to a server that goes on answering for ever', () => {
  it.each([
    ['the greeting', 0],
    ['the sender', 1],
    ['the mail itself', 4],
  ])('ends within its limit when that is after %s, and says so', async (_, trickleAt) => {
    const server = await trickling(trickleAt);
    const { mailer, warned } = mailerTo(server.url, 300);
    expect(await mailer.trySend(mail)).toBe('it was not done with the mail within 0.3 s');
    expect(warned).toEqual(['the mail server did not take a mail']);
    await expect.poll(() => server.open, { timeout: 5_000 }).toBe(0);
  });

  it('leaves the mails after it as they were', async () => {
    const [server, receiver] = [await trickling(), await receiving()];
    expect(await mailerTo(server.url, 300).mailer.send(mail)).toBe(false);
    server.relayTo(receiver.url);
    expect(await mailerTo(server.url, 20_000).mailer.send(mail)).toBe(true);
    expect(receiver.mails).toMatchObject([{ to: [mail.to] }]);
  });

  it('ends with the process', async () => {
    const server = await trickling();
    const { mailer } = mailerTo(server.url, 600_000);
    const sent = mailer.trySend(mail);
    await expect.poll(() => server.open, { timeout: 5_000 }).toBe(1);
    mailer.onApplicationShutdown();
    expect(await sent).toBe('this process ended');
    await expect.poll(() => server.open, { timeout: 5_000 }).toBe(0);
  });
});
