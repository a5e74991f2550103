import type { Clock } from '../clock.ts';
import type { Route } from '../delivery/delivery.ts';
import { createOutcome } from '../delivery/ticket.ts';
import type { ProviderOutcome } from '../outcome.ts';
import type { Redactor } from '../ping/redact.ts';
import type { Alert, AlertResult, ProviderAlert } from '../providers/provider.ts';
import type { TransportResult } from '../transport/transport.ts';
import type { AlertOutcome } from './heartbeat-client.ts';

interface OneAlert {
  readonly outcome: ProviderOutcome;
  readonly result: AlertResult | undefined;
}

const outcomeOf = (provider: string, parts: Partial<ProviderOutcome>): ProviderOutcome => ({
  provider,
  status: 'dropped',
  reason: undefined,
  attempts: 0,
  httpStatus: undefined,
  response: undefined,
  error: undefined,
  ...parts,
});

const failed = (reason: string, message: string): Partial<ProviderOutcome> => ({
  status: 'rejected',
  reason,
  error: { statusCode: 0, message, body: undefined },
});

const mostAttempts = 3;
const waitMs = 500;
const passing: readonly string[] = ['dns', 'refused', 'reset', 'timeout', 'network'];

/** True when the alert cannot have arrived, or the service would know it again. */
const mayRepeat = (result: TransportResult, idempotent: boolean): boolean =>
  result.kind === 'failure' && passing.includes(result.reason) && (!result.sent || idempotent);

const read = (
  name: string,
  dialect: ProviderAlert,
  result: TransportResult,
  redactor: Redactor,
  attempts: number,
): OneAlert => {
  if (result.kind === 'failure') {
    const parts = failed(result.reason, redactor.text(result.message));
    return {
      outcome: outcomeOf(name, { ...parts, status: 'unreachable', attempts }),
      result: undefined,
    };
  }
  const answer = dialect.interpret(result);
  const good = answer.status === 'accepted' || answer.status === 'unverified';
  const body = redactor.data(answer.response ?? result.body);
  const message = redactor.text(answer.message ?? `the service answered ${result.status}`);
  return {
    outcome: outcomeOf(name, {
      status: answer.status,
      reason: answer.reason,
      attempts,
      httpStatus: result.status,
      response: body,
      error: good ? undefined : { statusCode: result.status, message, body },
    }),
    result: answer.result,
  };
};

const sendOne = (
  route: Route,
  target: string,
  alert: Alert,
  redactor: Redactor,
  clock: Clock,
): Promise<OneAlert> => {
  const { name, alert: dialect } = route.provider;
  const refused = (parts: Partial<ProviderOutcome>): Promise<OneAlert> =>
    Promise.resolve({ outcome: outcomeOf(name, parts), result: undefined });
  if (dialect === undefined) return refused({ reason: 'unsupported' });
  const { secretTargets } = dialect;
  if (secretTargets !== undefined && !Object.hasOwn(secretTargets, target)) redactor.add(target);
  try {
    const problem = dialect.check(alert);
    if (problem !== undefined) return refused(failed('invalid', redactor.text(problem)));
  } catch {
    return refused(failed('invalid', 'the alert could not be read'));
  }
  return new Promise((resolve) => {
    const attempt = (number: number): void =>
      route.courier.awaited(
        (secrets) => dialect.toRequest(target, alert, route.courier.context(target, secrets)),
        (result) => {
          if (number < mostAttempts && mayRepeat(result, dialect.idempotent)) {
            // Held: somebody awaits the outcome.
            clock.setTimer(() => attempt(number + 1), waitMs * number, true);
            return;
          }
          try {
            resolve(read(name, dialect, result, redactor, number));
          } catch {
            const parts = { status: 'unreachable', reason: 'unreadable-answer' } as const;
            const outcome = outcomeOf(name, { ...parts, attempts: number });
            resolve({ outcome, result: undefined });
          }
        },
      );
    attempt(1);
  });
};

/**
 * Sends an alert to every provider that takes alerts. An alert that may have arrived is not repeated, since every one of them
 * wakes somebody; one whose bytes never left is tried up to three times.
 */
export const sendAlert = async (
  routes: readonly Route[],
  target: string,
  alert: Alert,
  redactor: Redactor,
  clock: Clock,
): Promise<AlertOutcome> => {
  const all = await Promise.all(
    routes.map((route) => sendOne(route, target, alert, redactor, clock)),
  );
  const outcome = createOutcome(all.map((one) => one.outcome));
  const results = all.flatMap(({ result }) => (result === undefined ? [] : [result]));
  return { ...outcome, results, orThrow: () => outcome.orThrow() };
};
