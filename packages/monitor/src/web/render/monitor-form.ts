import type { MonitorSummary } from '../../model.ts';
import type { Viewer } from '../session/viewer.ts';
import { writeDuration } from './format.ts';
import type { Html, HtmlValue } from './html.ts';
import { html } from './html.ts';
import { renderLayout } from './layout.ts';
import { actionForm, monitorPath } from './parts.ts';

/** The fields of the form, as text. */
export interface MonitorFields {
  readonly key: string;
  readonly name: string;
  readonly kind: 'interval' | 'cron' | 'none';
  readonly interval: string;
  readonly expression: string;
  readonly timezone: string;
  readonly grace: string;
  readonly maxDuration: string;
  readonly minInterval: string;
  readonly tags: string;
  /** Names of the channels to tell; `null` is every one. */
  readonly channels: readonly string[] | null;
}

/** What is wrong with which field; the empty name is for all of it. */
export type Faults = Readonly<Partial<Record<keyof MonitorFields | '', string>>>;

/** What a form starts with. */
export const emptyFields = (graceMs: number): MonitorFields => ({
  key: '',
  name: '',
  kind: 'interval',
  interval: '1h',
  expression: '',
  timezone: 'UTC',
  grace: writeDuration(graceMs),
  maxDuration: '',
  minInterval: '',
  tags: '',
  channels: null,
});

/** A monitor as the form shows it. */
export const fieldsOf = (monitor: MonitorSummary): MonitorFields => {
  const { schedule } = monitor;
  return {
    key: monitor.key,
    name: monitor.name,
    kind: schedule?.kind ?? 'none',
    interval: schedule?.kind === 'interval' ? writeDuration(schedule.intervalMs) : '1h',
    expression: schedule?.kind === 'cron' ? schedule.expression : '',
    timezone: schedule?.kind === 'cron' ? schedule.timezone : 'UTC',
    grace: writeDuration(monitor.graceMs),
    maxDuration: writeDuration(monitor.maxDurationMs),
    minInterval: writeDuration(monitor.minIntervalMs),
    tags: monitor.tags.join(', '),
    channels: monitor.channels,
  };
};

/** What the form shows. */
export interface FormContent {
  readonly fields: MonitorFields;
  readonly faults: Faults;
  /** The monitor that is changed; `null` for a new one. */
  readonly monitor: MonitorSummary | null;
  /** Names of the alert channels that there are. */
  readonly channels: readonly string[];
  /** Times in which nothing is judged, with their own forms. */
  readonly maintenance?: Html;
}

/** The form that creates a monitor, or that changes one. */
export const renderMonitorForm = (viewer: Viewer, content: FormContent): Html => {
  const { fields, faults, monitor } = content;
  const title = monitor === null ? 'New monitor' : `Edit ${monitor.name}`;
  const action = monitor === null ? '/new' : monitorPath(monitor.key, 'edit');
  return renderLayout(viewer, {
    title,
    section: 'board',
    body: html`<p class="crumbs">
        <a href="/">Board</a
        >${monitor !== null && html` / <a href="${monitorPath(monitor.key)}">${monitor.name}</a>`}
      </p>
      <h1>${title}</h1>
      ${summary(faults)}${monitor?.source === 'file' && fileNote}
      <form method="post" action="${action}" class="form card">
        <input type="hidden" name="token" value="${viewer.token}" />
        ${monitor === null && text('key', 'Key', fields.key, faults, html`What the job's code calls it, such as <code>nightly-backup</code>. It stays as it is.`, { required: true, maxlength: 256 })}
        ${text('name', 'Name', fields.name, faults, 'Shown on the pages. Empty: the key.', { maxlength: 200 })}
        ${scheduleFields(fields, faults)}
        ${text('grace', 'Grace', fields.grace, faults, html`How late a beat may be: <code>5m</code>, <code>90s</code>, <code>1h 30m</code>.`)}
        ${moreFields(content)}
        <p class="form-end">
          <button class="button primary" type="submit">
            ${monitor === null ? 'Create monitor' : 'Save'}</button
          ><a class="button" href="${monitor === null ? '/' : monitorPath(monitor.key)}">Cancel</a>
        </p>
      </form>
      ${content.maintenance}${monitor !== null && dangerZone(viewer, monitor)}`,
  });
};

const fileNote = html`<p class="banner calm form-width">
  This monitor is declared in the configuration; what is declared there is set again whenever lubdub
  starts.
</p>`;

/** What most monitors can do without; unfolded where something is set. */
const moreFields = ({ fields, faults, channels: known }: FormContent): Html => {
  const { maxDuration, minInterval, tags, channels } = fields;
  const usual = maxDuration + minInterval + tags === '' && channels === null;
  return html`<details class="more" ${!usual && html` open`}>
    <summary>Limits, tags and alerts</summary>
    ${text('maxDuration', 'Longest run', maxDuration, faults, 'A run that is still open after so long is stuck. Empty: no limit.')}
    ${text('minInterval', 'Shortest time between runs', minInterval, faults, 'Runs closer together have run too often. Empty: not judged.')}
    ${text('tags', 'Tags', tags, faults, 'Separated by commas.')}
    ${channelFields(channels, known, faults)}
  </details>`;
};

/** A name that is no longer configured stays, so that saving the form takes nothing away unasked. */
const channelFields = (
  chosen: MonitorFields['channels'],
  known: readonly string[],
  faults: Faults,
): Html => {
  const names = [...new Set([...known, ...(chosen ?? [])])];
  const boxes = names.map(
    (name) =>
      html`<label class="box"
        ><input
          type="checkbox"
          name="channel"
          value="${name}"
          ${chosen?.includes(name) === true && html` checked`}
        />${name}</label
      >`,
  );
  return html`<fieldset>
    <legend>Who is told?</legend>
    ${faults.channels !== undefined && html`<p class="hint"><strong class="fault">${faults.channels}</strong></p>`}
    <div class="choice">
      <label
        ><input type="radio" name="alerts" value="all" ${chosen === null && html` checked`} />Every
        channel</label
      >
    </div>
    <div class="choice">
      <label
        ><input
          type="radio"
          name="alerts"
          value="some"
          ${chosen !== null && html` checked`}
        />${names.length === 0 ? 'Nobody' : 'Only these; none chosen is nobody'}</label
      >${names.length > 0 && html`<div class="choice-body">${boxes}</div>`}
    </div>
  </fieldset>`;
};

const summary = (faults: Faults): Html | null => {
  const texts = Object.values(faults);
  return texts.length === 0
    ? null
    : html`<div class="banner bad" role="alert" tabindex="-1" id="faults">
        <p>Nothing was saved.</p>
        <ul>
          ${texts.map((fault) => html`<li>${fault}</li>`)}
        </ul>
      </div>`;
};

const scheduleFields = (fields: MonitorFields, faults: Faults): Html =>
  html`<fieldset>
    <legend>When is a beat expected?</legend>
    ${kind(fields, 'interval', 'At an interval', html`${text('interval', 'Every', fields.interval, faults, html`<code>30s</code>, <code>5m</code>, <code>1d</code>; at least one second.`)}`)}
    ${kind(fields, 'cron', 'By a cron expression', html`${text('expression', 'Cron expression', fields.expression, faults, html`Five or six fields, such as <code>0 3 * * *</code>.`)}${text('timezone', 'Time zone', fields.timezone, faults, html`Such as <code>Europe/Berlin</code>.`)}`)}
    ${kind(fields, 'none', 'Never: only fails and stuck runs are seen', null)}
  </fieldset>`;

const kind = (
  fields: MonitorFields,
  value: MonitorFields['kind'],
  label: string,
  inner: Html | null,
): Html =>
  html`<div class="choice">
    <label
      ><input
        type="radio"
        name="kind"
        value="${value}"
        ${fields.kind === value && html` checked`}
      />${label}</label
    >${inner !== null && html`<div class="choice-body">${inner}</div>`}
  </div>`;

const text = (
  name: keyof MonitorFields,
  label: string,
  value: string,
  faults: Faults,
  hint: HtmlValue,
  more: { readonly required?: boolean; readonly maxlength?: number } = {},
): Html => {
  const fault = faults[name];
  return html`<div class="field">
    <label for="f-${name}">${label}</label
    ><input
      id="f-${name}"
      name="${name}"
      value="${value}"
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      maxlength="${more.maxlength ?? 2000}"
      aria-describedby="h-${name}"
      ${more.required === true && html` required`}${fault !== undefined && html` aria-invalid="true"`}
    />
    <p class="hint" id="h-${name}">
      ${fault !== undefined && html`<strong class="fault">${fault}</strong> `}${hint}
    </p>
  </div>`;
};

const dangerZone = (viewer: Viewer, monitor: MonitorSummary): Html =>
  html`<section class="card danger" aria-labelledby="h-danger">
    <h2 id="h-danger">Delete this monitor</h2>
    <p>
      Its pings, runs and history go with it, and pings for its key are refused from then on. To
      silence it for a while, pause it instead.
    </p>
    <details>
      <summary class="button">Delete …</summary>
      ${actionForm(monitorPath(monitor.key, 'delete'), viewer.token, `Delete ${monitor.key} for good`, 'button bad')}
    </details>
  </section>`;
