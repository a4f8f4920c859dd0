import { describe, expect, it, vi } from 'vitest';
import { steadyFetch } from './steady-fetch';
import { unavailable, unavailableMark } from './unavailable';

const router = { headers: { rsc: '1' } };
const page = 'https://c.example/p/a/b/b/1?_rsc=x';
const answering = (...answers: (number | string)[]) =>
  vi.fn<typeof fetch>(async () => {
    const answer = answers.shift() ?? 200;
    return typeof answer === 'string' ? new Response(answer) : new Response(null, { status: answer });
  });
const ports = (shown = true) => ({ whenThere: vi.fn(async () => undefined), isShown: () => shown });

describe('steadyFetch', () => {
  it('makes a request of the router again once the service is there', async () => {
    const real = answering(503, 502, 200);
    const known = ports();
    expect((await steadyFetch(real, known)(page, router)).status).toBe(200);
    expect([real.mock.calls.length, known.whenThere.mock.calls.length]).toEqual([3, 2]);
  });

  it('waits out a dead line, but for nobody who has gone on', async () => {
    const known = ports();
    const dead = answering(200);
    dead
      .mockRejectedValueOnce(new TypeError('Failed to fetch'))
      .mockRejectedValueOnce(new TypeError('Failed to fetch'));
    expect((await steadyFetch(dead, known)(page, router)).status).toBe(200);
    expect(known.whenThere).toHaveBeenCalledTimes(2);
    const gone = vi.fn<typeof fetch>().mockRejectedValue(new DOMException('', 'AbortError'));
    const init = { ...router, signal: AbortSignal.abort() };
    await expect(steadyFetch(gone, known)(page, init)).rejects.toThrow(DOMException);
    expect(gone).toHaveBeenCalledTimes(1);
  });

  it('gives up on a page that fails by itself', async () => {
    const real = answering(500, 500, 500, 500);
    expect((await steadyFetch(real, ports())(page, router)).status).toBe(500);
    expect(real).toHaveBeenCalledTimes(3);
  });

  it('does not let a refresh replace what is shown by the word that there is nothing', async () => {
    const nothing = JSON.stringify(['$', 'div', null, unavailable]);
    expect(nothing).toContain(unavailableMark);
    const fresh = await steadyFetch(answering(nothing, 'fresh'), ports())(page, router);
    expect(await fresh.text()).toBe('fresh');
    const other = await steadyFetch(answering(nothing, 'fresh'), ports(false))(page, router);
    expect(await other.text()).toBe(nothing);
  });

  it('S-087 is not fooled by text of strangers', async () => {
    const text = JSON.stringify({ children: unavailableMark });
    expect(await (await steadyFetch(answering(text), ports())(page, router)).text()).toBe(text);
  });

  it('leaves every other request alone, and every other answer', async () => {
    const known = ports();
    for (const init of [undefined, { headers: { accept: '*/*' } }, { ...router, method: 'HEAD' }]) {
      expect((await steadyFetch(answering(503), known)('/api/v1/me', init)).status).toBe(503);
    }
    expect((await steadyFetch(answering(404), known)(page, router)).status).toBe(404);
    expect(known.whenThere).not.toHaveBeenCalled();
  });
});
