import { describe, expect, it } from 'vitest';
import { EventHub } from '../events.ts';
import { createRedactor } from '../ping/redact.ts';
import { Misconfigurations } from './misconfigurations.ts';

const known = () => {
  const told: string[] = [];
  const warn = (message: string): void => {
    told.push(message);
  };
  const logger = { warn, error: warn };
  return {
    told,
    misconfigurations: new Misconfigurations(new EventHub(), logger, createRedactor()),
  };
};

describe('what is configured wrong', () => {
  it('is forgotten once the service accepts it, unless that says nothing about it', () => {
    const { misconfigurations, told } = known();
    misconfigurations.note('p', 'a', 'unknown monitor');
    misconfigurations.noteLasting('p', 'a', 'it takes five fields');
    misconfigurations.note('other', 'a', 'unknown there');
    misconfigurations.forget('p', 'a');
    const message = misconfigurations.errorFor('a')?.message;
    expect(message).toContain('it takes five fields');
    expect(message).toContain('unknown there');
    expect(message).not.toContain('unknown monitor');
    misconfigurations.note('p', 'a', 'unknown monitor');
    expect(told).toHaveLength(3);
  });

  it('of several kinds has the code of all, of one kind its own', () => {
    const { misconfigurations } = known();
    misconfigurations.note('p', undefined, 'no', 'ERR_LUBDUB_ADDRESS_REFUSED');
    expect(misconfigurations.errorFor('a')).toMatchObject({
      code: 'ERR_LUBDUB_ADDRESS_REFUSED',
      option: 'allowPrivateNetwork',
    });
    misconfigurations.note('p', 'a', 'unknown monitor');
    expect(misconfigurations.errorFor('a')?.code).toBe('ERR_LUBDUB_MISCONFIGURED');
    expect(misconfigurations.errorFor('b')?.code).toBe('ERR_LUBDUB_ADDRESS_REFUSED');
  });
});
