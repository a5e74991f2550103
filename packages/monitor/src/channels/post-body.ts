import { PermanentFailure } from './channel.ts';

const timeoutMs = 10_000;
/** Only these may succeed later. */
const retried = new Set([408, 425, 429]);

/**
 * Posts JSON once.
 * @throws Error without the address, which may be a secret; `PermanentFailure` for a refusal.
 */
export const postBody = async (
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> => {
  let status: number;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', 'user-agent': 'lubdub-monitor', ...headers },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    ({ status } = answer);
  } catch (error) {
    const { cause, name } = error as { cause?: { code?: string }; name: string };
    throw new Error(`not reached (${cause?.code ?? name})`, { cause: error });
  }
  if (status >= 200 && status < 300) return;
  if (status >= 500 || retried.has(status)) throw new Error(`answered ${status}`);
  throw new PermanentFailure(`answered ${status}`);
};
