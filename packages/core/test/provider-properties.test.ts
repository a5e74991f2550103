import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyProblem } from '../src/ping/key.ts';
import type { Provider } from '../src/providers/provider.ts';
import { sampleContext, samplePing } from '../src/testing/provider-samples.ts';
import { everyProvider } from './provider-table.ts';

const shape = (url: string): string => {
  const { origin, pathname, searchParams, hash, username } = new URL(url);
  return [origin, pathname.split('/').length, [...searchParams.keys()].join(), hash, username].join(
    ' ',
  );
};

const requestFor = (provider: Provider, target: string, message?: string) => {
  const [state = 'success'] = provider.capabilities.states;
  const context = sampleContext({ provider: () => provider }, { target, monitor: {} });
  return provider.resolve?.needed(target) === true && message === undefined
    ? provider.resolve.toRequest(target, context)
    : provider.toRequest(samplePing(state, { key: target, message }), context);
};

const keys = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
const hostile = fc.array(
  fc.constantFrom('.', '..', '/', '\\', '?', '#', '@', ':', '%2e', '%2F', '&', '=', ' ', 'a'),
  {
    minLength: 1,
    maxLength: 6,
  },
);

describe('whatever the key or the text', () => {
  for (const provider of everyProvider().filter(
    ({ capabilities }) => capabilities.states.length > 0,
  )) {
    it(`${provider.name} refuses it or keeps it in its place`, () => {
      fc.assert(
        fc.property(
          fc.oneof(
            keys,
            hostile.map((parts) => parts.join('')),
          ),
          (key) => {
            if (keyProblem(key) !== undefined || provider.checkMonitor?.(key, {}) !== undefined)
              return;
            expect(shape(requestFor(provider, key).url)).toBe(
              shape(requestFor(provider, 'plain').url),
            );
          },
        ),
        { numRuns: 300 },
      );
    });

    it(`${provider.name} sends a text as itself or not at all`, () => {
      const [state = 'success'] = provider.capabilities.states;
      const key = 'a'.repeat(24);
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (message) => {
          const { url, body = '' } = requestFor(provider, key, message);
          expect(shape(url).split(' ')[0]).toBe(new URL(provider.origins[0] ?? '').origin);
          if (provider.capabilities.text === false || state === 'log') return;
          const decoded = `${decodeURIComponent(url)}\n${body}\n${body.replaceAll(/\\u([0-9a-f]{4})/gu, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))}`;
          const json = JSON.stringify(message).slice(1, -1);
          expect(decoded.includes(message) || decoded.includes(json)).toBe(true);
        }),
        { numRuns: 100 },
      );
    });
  }
});
