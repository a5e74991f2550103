import type { HeartbeatClient } from '@lubdub/core';
import { Inject } from '@nestjs/common';

/** Name of the client of a module that gives none. */
export const defaultClientName = 'default';

/**
 * Injection token of a client; also the key of the property that decorated classes get it under.
 *
 * @param name the module's `name`; default the unnamed module's client.
 */
export const getHeartbeatToken = (name: string = defaultClientName): symbol =>
  Symbol.for(`lubdub.nestjs.client:${name}`);

/** Injection token of the options a module was given. */
export const optionsToken = (name: string): symbol => Symbol.for(`lubdub.nestjs.options:${name}`);

/** Injection token of a module's life in its application. */
export const lifecycleToken = (name: string): symbol =>
  Symbol.for(`lubdub.nestjs.lifecycle:${name}`);

/**
 * Injects the client: `constructor(@InjectHeartbeat() private readonly heartbeat: HeartbeatClient) {}`.
 *
 * @param name the module's `name`; default the unnamed module's client.
 */
export const InjectHeartbeat = (name?: string): PropertyDecorator & ParameterDecorator =>
  Inject(getHeartbeatToken(name));

/**
 * The client as a class, for injection by type: `constructor(private readonly heartbeat: HeartbeatService) {}`. It is the
 * unnamed module's client itself, with everything that a `HeartbeatClient` has.
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- a token only: Nest injects the client in its place
export abstract class HeartbeatService {}
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the same
export interface HeartbeatService extends HeartbeatClient {}
