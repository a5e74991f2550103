import { expect, it } from 'vitest';
import { KeyNames } from './key-names.ts';

const namesOf = (known: readonly string[] = []) => {
  const heard: number[] = [];
  const names = new KeyNames(
    (text) => `digest of ${text}`,
    (key) => key.startsWith('secret'),
    () => heard.push(heard.length + 1),
    known,
  );
  return { names, heard };
};

it('writes a key as it is, one that is a secret by its digest, which is told once', () => {
  const { names, heard } = namesOf();
  expect(names.fields('plain')).toEqual({ k: 'plain' });
  for (let time = 0; time < 2; time += 1)
    expect(names.fields('secret-1')).toEqual({ h: 'digest of secret-1' });
  names.learn('secret-1');
  expect(heard).toEqual([1]);
});

it('finds the key of a line once somebody has named it', () => {
  const { names } = namesOf(['secret-declared']);
  const keys = [
    { k: 'plain' },
    { h: 'digest of secret-declared' },
    { h: 'digest of secret-later' },
    {},
  ].map((line) => names.keyOf(line));
  expect(keys).toEqual(['plain', 'secret-declared', undefined, undefined]);
  names.learn('secret-later');
  expect(names.keyOf({ h: 'digest of secret-later' })).toBe('secret-later');
});

it('does not grow for ever with keys that are made up', () => {
  const { names, heard } = namesOf();
  for (let index = 0; index <= 10_000; index += 1) names.learn(`secret-${index}`);
  expect(heard).toHaveLength(10_001);
  expect(names.keyOf({ h: 'digest of secret-0' })).toBeUndefined();
  expect(names.keyOf({ h: 'digest of secret-10000' })).toBe('secret-10000');
});
