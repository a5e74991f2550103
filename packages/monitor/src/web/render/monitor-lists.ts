import type { Flip, Run, StoredPing } from '../../model.ts';
import { ago, at, shortDuration } from './format.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { cell, copyButton, monitorPath, table } from './parts.ts';
import { badge, wordFor } from './states.ts';

const shownCharacters = 4000;

/** Runs, newest first. */
export const runTable = (runs: readonly Run[]): Html =>
  table('Runs, newest first', ['Run', 'Began', 'Took', 'Where', 'Says'], runs.map(runRow));

const runRow = (run: Run): Html => {
  const { state, durationMs, host, exitCode } = run;
  const took = durationMs === null ? null : shortDuration(durationMs);
  const line = firstLine(run.message);
  const says =
    exitCode === null && line === ''
      ? null
      : html`${exitCode !== null && html`<span class="code">exit ${exitCode}</span> `}${line}`;
  return html`<tr>
    <td class="what">${badge(state)}</td>
    ${cell('', at(run.startedMs ?? run.endedMs))}${cell('Took', took, 'number')}${cell('Where', host)}${cell('', says, 'grow')}
  </tr>`;
};

const firstLine = (message: string | null): string =>
  message === null ? '' : (message.trim().split('\n', 1)[0] ?? '').slice(0, 200);

/** Changes of state, newest first. With `named` they say whose. */
export const flipTable = (flips: readonly Flip[], named: boolean): Html =>
  table(
    'Changes of state, newest first',
    [...(named ? ['Monitor'] : []), 'When', 'Became', 'Why'],
    flips.map(
      (flip) =>
        html`<tr${flip.voidedMs !== null && html` class="voided"`}>${
          named &&
          cell('Monitor', html`<a href="${monitorPath(flip.monitorKey)}">${flip.monitorKey}</a>`)
        }${cell('', at(flip.atMs))}<td class="what">${badge(flip.to)}<span class="from">was ${wordFor(flip.from).toLowerCase()}</span></td>${cell('Why', html`${flip.text}${flip.voidedMs !== null && html`<span class="remark">A ping that arrived late showed that this never was; it counts in no uptime.</span>`}`, 'grow')}</tr>`,
    ),
  );

/** Pings as they came in, each to unfold. */
export const pingList = (pings: readonly StoredPing[], nowMs: number): Html =>
  html`<ul class="pings">
    ${pings.map(
      (ping) =>
        html`<li>
          <details id="p-${ping.id}">
            <summary>
              <span class="ping-state">${badge(ping.state)}</span
              ><span class="ping-when">${ago(ping.timestampMs, nowMs)}</span
              ><span class="ping-says">${summaryOf(ping)}</span>
            </summary>
            ${pingFacts(ping)}
          </details>
        </li>`,
    )}
  </ul>`;

const summaryOf = ({ message, reason, durationMs }: StoredPing): string => {
  const line = firstLine(message ?? reason ?? null);
  return line === '' && durationMs !== undefined ? `took ${shortDuration(durationMs)}` : line;
};

const pingFacts = (ping: StoredPing): Html => {
  const delayMs = ping.receivedMs - ping.timestampMs;
  const facts: readonly (readonly [string, Html | string | number | undefined])[] = [
    ['Happened', at(ping.timestampMs)],
    ['Received', delayMs >= 1000 ? html`${shortDuration(delayMs)} later` : 'at once'],
    ['Took', ping.durationMs === undefined ? undefined : shortDuration(ping.durationMs)],
    ['Reason', ping.reason],
    ['Exit status', ping.exitCode],
    ['Stands for', ping.count !== undefined && ping.count > 1 ? `${ping.count} runs` : undefined],
    ['Environment', ping.environment],
    ['Host', ping.host],
    ['Instance', ping.instance],
    ['Group', ping.groupKey],
    ['Run id', ping.runId === undefined ? undefined : html`<code>${ping.runId}</code>`],
    ['Ping id', html`<code>${ping.id}</code>`],
    ['Spoken', ping.dialect],
  ];
  return html`<dl class="facts small">
      ${facts.map(
        ([name, value]) =>
          value !== undefined &&
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${ping.message !== undefined && ping.message !== '' && block('Message', ping.message)}
    ${ping.metadata !== undefined && block('Metadata', JSON.stringify(ping.metadata, null, 2))}
    ${ping.metrics !== undefined && block('Metrics', JSON.stringify(ping.metrics, null, 2))}`;
};

const block = (name: string, text: string): Html =>
  html`<div class="block">
    <p class="strong-line">${name}</p>
    ${copyButton(text.slice(0, shownCharacters), name.toLowerCase())}
    <pre tabindex="0"><code>${text.slice(0, shownCharacters)}</code></pre>
    ${
      text.length > shownCharacters &&
      html`<p class="remark">
        ${text.length - shownCharacters} more characters are stored; the API returns them.
      </p>`
    }
  </div>`;
