import type { TestOidcProvider } from '@cooperage/testing';
import { type Answer, Visitor } from './visitor.js';

/** Goes through the provider's own pages as a browser would. @returns the address that it sends the browser back to. */
export async function passProvider(provider: TestOidcProvider, url: string, person: string): Promise<string> {
  const browser = new Visitor(provider.issuer);
  let at = url;
  for (let step = 0; step < 20; step++) {
    if (!at.startsWith(provider.issuer)) return at;
    const path = at.slice(provider.issuer.length);
    const page = await browser.get(path);
    at = await onwards(browser, path, page, person);
  }
  throw new Error(`the provider does not come to an end: ${at}`);
}

async function onwards(browser: Visitor, path: string, page: Answer, person: string): Promise<string> {
  if (page.headers.has('location')) return absolute(browser, page);
  const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1];
  if (!prompt) throw new Error(`the provider says: ${page.status} ${page.text.slice(0, 500)}`);
  const form = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: person, password: 'any' }) });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return absolute(browser, await browser.ask('POST', path, form.toString(), headers));
}

function absolute(browser: Visitor, answer: Answer<unknown>): string {
  return new URL(answer.headers.get('location') ?? '', browser.origin).href;
}
