import { describe, expect, it } from 'vitest';
import { createRecordingHeartbeat } from './recording-heartbeat.ts';

describe('the recording client', () => {
  it('records every ping of a run once, with the text of its error', async () => {
    const recording = createRecordingHeartbeat();
    recording.client.run('good', () => 1);
    await expect(
      recording.client.run('bad', () => Promise.reject(new Error('disk full'))),
    ).rejects.toThrow('disk full');
    expect(await recording.states()).toEqual([
      'good:start',
      'good:success',
      'bad:start',
      'bad:fail',
    ]);
    const [fail] = await recording.assertFailed('bad');
    expect(fail?.message).toContain('disk full');
  });

  it('says what it saw when an assertion does not hold', async () => {
    const recording = createRecordingHeartbeat();
    recording.client.run('sync', () => 1);
    await recording.assertSucceeded('sync');
    await expect(recording.assertFailed('sync')).rejects.toThrow(/sync:start, sync:success/u);
    await expect(recording.assertSucceeded('sync', 2)).rejects.toThrow(/2 × sync:success/u);
    await expect(recording.assertSilent()).rejects.toThrow(/no pings/u);
    await recording.assertSilent('other');
  });

  it('forgets what it recorded', async () => {
    const recording = createRecordingHeartbeat();
    recording.client.run('sync', () => 1);
    await recording.clear();
    await recording.assertSilent();
  });
});
