import { declarationOf, overlaid } from '../delivery/targets.ts';
import { withoutSeconds } from '../providers/_monitors.ts';
import type { Finding, MonitorDeclaration, Provider } from '../providers/provider.ts';
import type { Parts } from './assemble.ts';

const compared = ['schedule', 'intervalMs', 'timezone', 'graceMs', 'maxDurationMs'] as const;

// Second 0 is where expressions of five fields start, too.
const comparable = (
  monitor: MonitorDeclaration,
  field: (typeof compared)[number],
): string | number | undefined =>
  field === 'schedule' ? withoutSeconds(monitor.schedule) : monitor[field];

const kinds = [
  ['schedule', 'intervalMs'],
  ['intervalMs', 'schedule'],
] as const;

const drift = (provider: Provider, key: string, fromCode: MonitorDeclaration): Finding[] => {
  const declared = declarationOf(provider, key);
  const warning = (message: string): Finding => ({
    level: 'warning',
    provider: provider.name,
    key,
    message,
  });
  const otherKind = kinds
    .filter(([here, there]) => declared[here] !== undefined && fromCode[there] !== undefined)
    .map(([here, there]) =>
      warning(
        `${here} is declared as ${JSON.stringify(declared[here])}, but the code runs it by ${there} ${JSON.stringify(fromCode[there])}`,
      ),
    );
  const differing = compared
    .filter(
      (field) =>
        fromCode[field] !== undefined &&
        declared[field] !== undefined &&
        comparable(fromCode, field) !== comparable(declared, field),
    )
    .map((field) =>
      warning(
        `${field} is declared as ${JSON.stringify(declared[field])}, but the code runs it as ${JSON.stringify(fromCode[field])}`,
      ),
    );
  return [...otherKind, ...differing];
};

const known = (
  provider: Provider,
  declared: ReadonlyMap<string, MonitorDeclaration>,
): readonly string[] => [...new Set([...Object.keys(provider.monitors ?? {}), ...declared.keys()])];

const findingsOf = (
  provider: Provider,
  declared: ReadonlyMap<string, MonitorDeclaration>,
): Finding[] => {
  const findings: Finding[] = (provider.notes ?? []).map((message) => ({
    level: 'note',
    provider: provider.name,
    key: undefined,
    message,
  }));
  if (!provider.capabilities.acceptIsProof) {
    const message =
      'a good answer of this service does not prove that it knows the monitor; outcomes are "unverified"';
    findings.push({ level: 'note', provider: provider.name, key: undefined, message });
  }
  for (const key of known(provider, declared)) {
    const monitor = overlaid(declared.get(key) ?? {}, declarationOf(provider, key));
    const problem = provider.checkMonitor?.(key, monitor);
    if (problem !== undefined)
      findings.push({
        level: 'error',
        provider: provider.name,
        key,
        message: `it takes ${problem}`,
      });
    findings.push(...drift(provider, key, declared.get(key) ?? {}));
  }
  return findings;
};

/** Everything that is configured wrong or cannot be proven; asks the services where they can be asked. */
export const verifyMonitors = async (
  parts: Parts,
  declared: ReadonlyMap<string, MonitorDeclaration>,
): Promise<readonly Finding[]> => {
  const { delivery, clock, redactor } = parts;
  const findings = delivery.routes.flatMap(({ provider }) => findingsOf(provider, declared));
  for (const { provider, courier } of delivery.routes) {
    if (provider.resolve === undefined) continue;
    for (const key of known(provider, declared)) {
      if (!provider.resolve.needed(key)) continue;
      // oxlint-disable-next-line no-await-in-loop -- one look-up at a time: services count them
      await courier.ask(key);
      const target = courier.targets.target(key, clock.monotonicMs());
      if (target.status === 'misconfigured')
        findings.push({ level: 'error', provider: provider.name, key, message: target.message });
      if (target.status === 'unknown')
        findings.push({
          level: 'warning',
          provider: provider.name,
          key,
          message: target.message ?? 'the service could not be asked',
        });
    }
  }
  return findings.map((finding) => ({
    ...finding,
    key: finding.key === undefined ? undefined : redactor.text(finding.key),
    message: redactor.text(finding.message),
  }));
};
