export interface CallAnswer {
  readonly status: number;
  readonly tookMs: number;
  readonly contentType: string;
  readonly requestId: string;
  /** JSON laid out; anything else as it came; cut at a bound. */
  readonly text: string;
  readonly cut: boolean;
}

const shownCharacters = 200_000;

/** Makes a call in the reader's own session. Null when the service cannot be reached. */
export async function makeCall(method: string, address: string, body: string | null): Promise<CallAnswer | null> {
  const startedAt = performance.now();
  try {
    const response = await fetch(address, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: body === null ? {} : { 'content-type': 'application/json' },
      body,
    });
    const text = laidOut(await response.text());
    return {
      status: response.status,
      tookMs: performance.now() - startedAt,
      contentType: response.headers.get('content-type') ?? 'no content',
      requestId: response.headers.get('x-request-id') ?? '',
      text: text.slice(0, shownCharacters),
      cut: text.length > shownCharacters,
    };
  } catch {
    return null;
  }
}

function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
