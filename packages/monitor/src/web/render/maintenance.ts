import type { MaintenanceWindow, MonitorSummary } from '../../model.ts';
import type { WindowFields } from '../read-window.ts';
import type { Viewer } from '../session/viewer.ts';
import { at, shortDuration } from './format.ts';
import type { Html } from './html.ts';
import { html } from './html.ts';
import { monitorPath } from './parts.ts';

/** What the maintenance part of the form page shows. */
export interface MaintenanceContent {
  readonly monitor: MonitorSummary;
  readonly fields: WindowFields;
  readonly fault: string | null;
  /** The window that is being changed, as it is stored; `null` while one is added. */
  readonly changed: MaintenanceWindow | null;
  readonly nowMs: number;
}

/** A window in words. */
export const describeWindow = (window: MaintenanceWindow): Html =>
  window.kind === 'once'
    ? html`${at(window.fromMs)} – ${at(window.toMs)}`
    : html`<code>${window.expression}</code> in ${window.timezone}, for
        ${shortDuration(window.durationMs)}`;

/** The windows of a monitor, each to change or to remove, and a form for one more. */
export const renderMaintenance = (viewer: Viewer, content: MaintenanceContent): Html => {
  const { monitor, fault } = content;
  const { maintenance } = monitor;
  return html`<section class="card form-width" id="maintenance" aria-labelledby="h-maintenance">
    <h2 id="h-maintenance">Maintenance</h2>
    <p class="lead">In these times nothing is judged and nobody is told; pings are kept.</p>
    ${
      maintenance.length > 0 &&
      html`<ul class="windows">
        ${maintenance.map((window, index) => row(viewer, content, window, index))}
      </ul>`
    }
    ${fault !== null && html`<p class="banner bad" role="alert" tabindex="-1" id="faults">${fault}</p>`}
    ${windowForm(viewer, content)}
  </section>`;
};

const isOver = (window: MaintenanceWindow, nowMs: number): boolean =>
  window.kind === 'once' && window.toMs <= nowMs;

const row = (
  viewer: Viewer,
  { monitor, changed, nowMs }: MaintenanceContent,
  window: MaintenanceWindow,
  index: number,
): Html => {
  const stored = JSON.stringify(window);
  const open = changed !== null && JSON.stringify(changed) === stored;
  return html`<li${open && html` aria-current="true"`}>
    <span class="grow" id="window-${index}">${describeWindow(window)}${isOver(window, nowMs) && html` <span class="tag">over</span>`}</span>
    <a class="button small" href="${monitorPath(monitor.key, 'edit')}?window=${index}#maintenance" aria-describedby="window-${index}">Change</a>
    <form method="post" action="${monitorPath(monitor.key, 'maintenance/remove')}" class="inline">
      <input type="hidden" name="token" value="${viewer.token}" />
      <input type="hidden" name="window" value="${stored}" />
      <button class="button small bad" type="submit" aria-describedby="window-${index}">Remove</button>
    </form>
  </li>`;
};

const windowForm = (viewer: Viewer, { monitor, fields, changed }: MaintenanceContent): Html =>
  html`<form
    method="post"
    action="${monitorPath(monitor.key, 'maintenance')}"
    class="form window-form"
  >
    <input type="hidden" name="token" value="${viewer.token}" />
    ${changed !== null && html`<input type="hidden" name="replaces" value="${JSON.stringify(changed)}" />`}
    <fieldset>
      <legend>${changed === null ? 'Add a window' : 'Change this window'}</legend>
      ${choice(
        fields,
        'once',
        'Once',
        html`<div class="field">
          <label for="f-from">Begins</label
          ><input
            id="f-from"
            name="from"
            type="datetime-local"
            value="${fields.from}"
            aria-describedby="h-from"
          />
          <p class="hint" id="h-from">By the clock of the time zone below. Empty: now.</p>
        </div>`,
      )}
      ${choice(
        fields,
        'cron',
        'Again and again',
        html`<div class="field">
          <label for="f-window-cron">Begins at</label
          ><input
            id="f-window-cron"
            name="windowExpression"
            value="${fields.expression}"
            autocomplete="off"
            spellcheck="false"
            maxlength="200"
            aria-describedby="h-window-cron"
          />
          <p class="hint" id="h-window-cron">A cron expression, such as <code>0 22 * * 6</code>.</p>
        </div>`,
      )}
    </fieldset>
    ${lengthAndZone(fields)}
    <p class="form-end">
      <button class="button" type="submit">
        ${changed === null ? 'Add window' : 'Save window'}</button
      >${changed !== null && html`<a class="button" href="${monitorPath(monitor.key, 'edit')}#maintenance">Cancel</a>`}
    </p>
  </form>`;

const lengthAndZone = (fields: WindowFields): Html =>
  html`<div class="pair">
    <div class="field">
      <label for="f-duration">Lasts</label
      ><input
        id="f-duration"
        name="duration"
        value="${fields.duration}"
        required
        autocomplete="off"
        maxlength="40"
        aria-describedby="h-duration"
      />
      <p class="hint" id="h-duration"><code>30m</code>, <code>1h 30m</code>, <code>2d</code>.</p>
    </div>
    <div class="field">
      <label for="f-window-zone">Time zone of the window</label
      ><input
        id="f-window-zone"
        name="windowTimezone"
        value="${fields.timezone}"
        autocomplete="off"
        spellcheck="false"
        maxlength="100"
      />
    </div>
  </div>`;

const choice = (
  fields: WindowFields,
  value: WindowFields['kind'],
  label: string,
  inner: Html,
): Html =>
  html`<div class="choice">
    <label
      ><input
        type="radio"
        name="windowKind"
        value="${value}"
        ${fields.kind === value && html` checked`}
      />${label}</label
    >
    <div class="choice-body">${inner}</div>
  </div>`;
