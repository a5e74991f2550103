import { createRequire } from 'node:module';
import { createRecordingHeartbeat } from '@lubdub/core/testing';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { Heartbeat } from '../src/index.ts';

/** Compiles source as a project without `experimentalDecorators` has it, and runs it. */
const evaluate = (source: string, given: Readonly<Record<string, unknown>>): unknown => {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  const module = { exports: {} as { result?: unknown } };
  const names = Object.keys(given);
  // oxlint-disable-next-line typescript/no-implied-eval -- the source is below
  const load = new Function('module', 'exports', 'require', ...names, outputText);
  load(module, module.exports, createRequire(import.meta.url), ...Object.values(given));
  return module.exports.result;
};

const recorded = () => {
  const recording = createRecordingHeartbeat();
  const { client } = recording;
  return { ...recording, given: { Heartbeat, options: { client } } };
};

describe('standard (TC39) decorators', () => {
  it('monitor public, private, symbol-named and static methods', async () => {
    const { given, states } = recorded();
    const result = evaluate(
      `class Jobs {
        factor = 2;
        @Heartbeat('public', options) open(value: number) { return value * this.factor; }
        @Heartbeat(undefined, options) #hidden() { return 3; }
        @Heartbeat(undefined, options) [Symbol('named')]() {}
        @Heartbeat(undefined, options) static all() { return 4; }
        both() { return [this.open(1), this.#hidden(), Jobs.all()]; }
      }
      exports.result = [new Jobs().both(), Jobs.prototype.open.name, Jobs.prototype.open.length];`,
      given,
    );
    expect(result).toEqual([[2, 3, 4], 'open', 1]);
    expect(await states()).toEqual([
      'public:start',
      'public:success',
      'jobs-hidden:start',
      'jobs-hidden:success',
      'jobs-all:start',
      'jobs-all:success',
    ]);
  });

  it('make one run of a method and the one it overrides', async () => {
    const { given, states } = recorded();
    const result = evaluate(
      `class Base { @Heartbeat('sync', options) sync() { return 1; } }
      class Child extends Base { @Heartbeat('sync', options) sync() { return super.sync() + 1; } }
      exports.result = new Child().sync();`,
      given,
    );
    expect(result).toBe(2);
    expect(await states()).toEqual(['sync:start', 'sync:success']);
  });

  it.each([
    ['a field', `class Jobs { @Heartbeat('a') send = () => {}; }`],
    ['a getter', `class Jobs { @Heartbeat('a') get send() { return 1; } }`],
    ['an accessor', `class Jobs { @Heartbeat('a') accessor send = 1; }`],
    ['a class', `@Heartbeat('a') class Jobs {}`],
    ['a static method without a client', `class Jobs { @Heartbeat('a') static send() {} }`],
  ])('are refused on %s', (_what, source) => {
    expect(() => evaluate(source, { Heartbeat })).toThrow(
      expect.objectContaining({ code: 'ERR_LUBDUB_DECORATOR_MISPLACED' }) as Error,
    );
  });
});
