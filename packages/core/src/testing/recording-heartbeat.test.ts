import { describe, expect, it } from 'vitest';
import { createRecordingHeartbeat } from './recording-heartbeat.ts';
import { createRecordingTransport, respond } from './recording-transport.ts';

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

  it('records a ping once that had to be sent twice', async () => {
    const recording = createRecordingHeartbeat({ retry: { baseMs: 1 } });
    recording.transport.answerWith((_request, index) => respond(index === 0 ? 500 : 200));
    recording.client.start('sync', { sendStart: false }).success();
    expect(await recording.states()).toEqual(['sync:success']);
  });

  it('says that there was nothing where there was nothing', async () => {
    const recording = createRecordingHeartbeat();
    await expect(recording.assertFailed('sync')).rejects.toThrow(
      'Expected 1 × sync:fail, but there were 0; pings of "sync": nothing.',
    );
  });
});

describe('the recording transport', () => {
  it('cannot answer a request that does not hang', () => {
    expect(() => createRecordingTransport().release(respond(200))).toThrow('no request is hanging');
  });
});
