import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it, vi } from 'vitest';
import * as first from '../src/index.ts';
import { HeartbeatTestingModule } from '../src/testing.ts';

vi.resetModules();
const second: typeof first = await import('../src/index.ts');

describe('an ES module and a CommonJS copy of the package in one application', () => {
  it('work as one', async () => {
    expect(second.Heartbeat).not.toBe(first.Heartbeat);
    @Injectable()
    class Base {
      @first.Heartbeat('outer')
      @second.Heartbeat('inner')
      both(): number {
        return 1;
      }
      @first.Heartbeat('same')
      @second.Heartbeat('same')
      same(): number {
        return 2;
      }
      @first.Heartbeat('overridden')
      overridden(): number {
        return 3;
      }
    }
    @Injectable()
    class Child extends Base {
      @second.Heartbeat('same')
      override same(): number {
        return super.same() + 1;
      }
      @second.Heartbeat('overridden')
      override overridden(): number {
        return super.overridden() + 1;
      }
    }
    const heartbeat = HeartbeatTestingModule.forRoot();
    const app = await Test.createTestingModule({
      imports: [heartbeat],
      providers: [Base, Child],
    }).compile();
    await app.init();
    expect([app.get(Base).both(), app.get(Base).same(), app.get(Child).same()]).toEqual([1, 2, 3]);
    expect(app.get(Child).overridden()).toBe(4);
    const { recording } = heartbeat;
    await recording.assertSucceeded('outer');
    await recording.assertSucceeded('inner');
    await recording.assertSucceeded('same', 2);
    await recording.assertSucceeded('overridden');
    await app.close();
  });
});
