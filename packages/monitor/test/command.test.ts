import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { useProgram } from './program.ts';
import { useMonitor } from './running-monitor.ts';

const fixture = useMonitor();
const program = useProgram();

describe('lubdub-monitor', () => {
  it('starts, says where it listens, and ends with 0 when it is told to', async () => {
    const { child, ended, url } = await program.serve(['--data', fixture.dataDir]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });

  it('has no option and no variable that the documentation does not name', async () => {
    const { out } = await program.run(['--help']).ended;
    const page = readFileSync(
      new URL('../../../docs/monitor/configuration.md', import.meta.url),
      'utf8',
    );
    const names = out.match(/(?<!\S)--[a-z-]+|LUBDUB_[A-Z_]+/g) ?? [];
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => name !== '--help' && !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('validates, plans, applies and exports what a file declares', async () => {
    const monitor = await fixture.start();
    const file = join(fixture.dataDir, 'monitors.yaml');
    writeFileSync(file, 'monitors:\n  backup: { schedule: "0 2 * * *", tags: [db] }\n');
    const args = ['--config', file, '--url', monitor.url];
    const output = async (command: string): Promise<string> => {
      const { code, out, err } = await program.run([command, ...args]).ended;
      return code === 0 ? out : err;
    };
    expect(await output('validate')).toBe('1 monitor, nothing wrong.\n');
    expect(await output('plan')).toContain('+ backup');
    expect(await monitor.store.findMonitor({ by: 'key', value: 'backup' })).toBeNull();
    expect(await output('apply')).toContain('1 to create');
    expect(await output('plan')).toContain('0 to create, 0 to change, 1 as declared.');
    expect(await output('export')).toContain('backup:\n    schedule: 0 2 * * *');
  });

  it.each([
    [['--port', 'http'], 'option "port" (--port, PORT) got "http"'],
    [['--colour'], "Unknown option '--colour'"],
    [['dance'], 'there is no command "dance"'],
    [['validate'], 'option "config" (--config) is missing'],
    [['plan', '--config', '/nowhere.yaml'], '/nowhere.yaml: ENOENT'],
    [['--host', '0.0.0.0'], 'takes option "adminKey" (LUBDUB_ADMIN_KEY)'],
  ])('answers %j with one clear line', async (args, text) => {
    const { code, err } = await program.run([...args, '--data', fixture.dataDir]).ended;
    expect(code).toBe(1);
    expect(err).toContain(text);
    expect(err).not.toContain('    at ');
  });
});
