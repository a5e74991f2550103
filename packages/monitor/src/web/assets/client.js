// Runs in the browser as it is written here. Every page works without it, except for news, copying and local times.

const unitsMs = [
  [86_400_000, 'd', 172_800_000],
  [3_600_000, 'h', 3_600_000],
  [60_000, 'min', 60_000],
  [1000, 's', 0],
];

const relativeTime = (timeMs, nowMs) => {
  const awayMs = Math.abs(timeMs - nowMs);
  if (awayMs < 5000) return timeMs > nowMs ? 'in a moment' : 'just now';
  const [unitMs, unit] = unitsMs.find(([, , fromMs]) => awayMs >= fromMs);
  const text = `${Math.floor(awayMs / unitMs)} ${unit}`;
  return timeMs > nowMs ? `in ${text}` : `${text} ago`;
};

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const time = { hour: '2-digit', minute: '2-digit' };
const localShort = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', ...time });
const localLong = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  ...time,
  second: '2-digit',
});

/** The server's clock may differ from this one; relative times are told by the server's. */
const skewMs = Date.parse(document.documentElement.dataset.now) - Date.now() || 0;

const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

const relativeText = (element, timeMs, nowMs) => {
  const text = relativeTime(timeMs, nowMs);
  if (element.dataset.relative !== 'due' || timeMs > nowMs) return text;
  return text === 'just now' ? 'due now' : text.replace(/ago$/, 'overdue');
};

const forms = {
  '': localLong,
  short: localShort,
  day: new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' }),
  clock: new Intl.DateTimeFormat(undefined, time),
  second: new Intl.DateTimeFormat(undefined, { ...time, second: '2-digit' }),
};

const showTimes = () => {
  const nowMs = Date.now() + skewMs;
  for (const element of document.querySelectorAll('time[data-relative]')) {
    const timeMs = Date.parse(element.dateTime);
    setText(element, relativeText(element, timeMs, nowMs));
    if (element.dataset.relative === 'due') element.classList.toggle('overdue', timeMs <= nowMs);
    element.title = local.format(timeMs);
  }
  for (const element of document.querySelectorAll('[data-local]')) {
    const iso = element.dateTime ?? element.dataset.time;
    setText(element, forms[element.dataset.local].format(Date.parse(iso)));
    if (element.dateTime !== undefined) element.title = element.dateTime;
  }
};

// ---- copy buttons

const copyText = async (text) => {
  if (navigator.clipboard !== undefined && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // pages without TLS have no clipboard of their own
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
};

const announce = (text) => setText(document.querySelector('#news'), text);

const copyFrom = async (button) => {
  const focused = document.activeElement;
  try {
    await copyText(button.dataset.copy);
    button.textContent = 'Copied';
    announce('Copied');
  } catch {
    button.textContent = 'Select and copy by hand';
  }
  focused?.focus();
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 2000);
};

// ---- dark and light

const chooseTheme = () => {
  const root = document.documentElement;
  const dark =
    root.dataset.theme === 'auto'
      ? matchMedia('(prefers-color-scheme: dark)').matches
      : root.dataset.theme === 'dark';
  root.dataset.theme = dark ? 'light' : 'dark';
  document.cookie = `lubdub_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  announce(dark ? 'Light colours' : 'Dark colours');
};

// ---- what a chart says under the pointer

const bubble = document.createElement('div');
bubble.className = 'bubble';
bubble.hidden = true;
document.body.append(bubble);

const showBubble = (event) => {
  const target = event.target.closest?.('[data-tip]');
  bubble.hidden = target === null || target === undefined;
  if (bubble.hidden) return;
  const text = target.dataset.tip.replaceAll(/\{(-?\d+(?:\.\d+)?)\}/g, (_, ms) =>
    localLong.format(Number(ms)),
  );
  setText(bubble, text);
  const { offsetWidth, offsetHeight } = bubble;
  const x = Math.min(Math.max(8, event.clientX - offsetWidth / 2), innerWidth - offsetWidth - 8);
  const above = event.clientY - offsetHeight - 14;
  bubble.style.left = `${x}px`;
  bubble.style.top = `${above < 8 ? event.clientY + 18 : above}px`;
};

// ---- news

const regions = new Map();
const isRegion = (element) =>
  element.hasAttribute('data-live') || element.hasAttribute('data-live-list');

const remember = (root) => {
  for (const element of root.querySelectorAll('[data-live], [data-live-list]')) {
    regions.set(element.id, element.outerHTML);
  }
};

const keepOpen = (before, after) => {
  for (const open of before.querySelectorAll('details[open][id]')) {
    after.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute('open', '');
  }
};

const tellChange = (before, after) => {
  const { state, name } = after.dataset;
  if (state !== undefined && before.dataset.state !== state) announce(`${name} is ${state}`);
};

const focusPath = (element) => {
  const all = [...element.querySelectorAll('a, button, input, select, summary, pre')];
  return all.indexOf(document.activeElement);
};

const replace = (before, after) => {
  keepOpen(before, after);
  tellChange(before, after);
  const focused = focusPath(before);
  before.replaceWith(after);
  if (before.dataset.state !== after.dataset.state) after.classList.add('changed');
  if (focused >= 0)
    after.querySelectorAll('a, button, input, select, summary, pre')[focused]?.focus();
};

const parts = (element) => [...element.children].map((child) => child.id).join('\n');

const update = (before, after) => {
  const text = after.outerHTML;
  if (regions.get(before.id) === text) return;
  regions.set(after.id, text);
  const sameParts = after.hasAttribute('data-live-list') && parts(before) === parts(after);
  if (!sameParts) {
    remember(after);
    replace(before, document.importNode(after, true));
    return;
  }
  const fresh = [...after.children];
  for (const [index, child] of [...before.children].entries()) {
    if (child.id !== '' && isRegion(child)) update(child, fresh[index]);
  }
};

/** A tab in the background shows by its icon whether something is wrong. */
const showIcon = (page) => {
  const before = document.querySelector('link[rel=icon]');
  const after = page.querySelector('link[rel=icon]');
  if (after !== null && before.getAttribute('href') !== after.getAttribute('href'))
    before.setAttribute('href', after.getAttribute('href'));
};

let loading = false;
let missed = false;

const refresh = async () => {
  if (loading || document.hidden) {
    missed = true;
    return;
  }
  loading = true;
  missed = false;
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    // the session has ended
    if (response.redirected) location.reload();
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    document.title = page.title;
    showIcon(page);
    for (const after of page.querySelectorAll('main [data-live], main [data-live-list]')) {
      const before = document.getElementById(after.id);
      // the first monitor brings parts that an empty board lacks
      if (before === null && document.activeElement === document.body) location.reload();
      if (before !== null && before.parentElement.closest('[data-live-list]') === null) {
        update(before, after);
      }
    }
    showTimes();
  } catch {
    // the stream below says that the monitor cannot be reached
  } finally {
    loading = false;
    setTimeout(() => {
      if (missed) void refresh();
    }, 1000);
  }
};

const concerns = ({ keys, topics }) => {
  const { liveTopic, liveKey } = document.body.dataset;
  if (liveTopic === 'all') return keys.length > 0 || topics.includes('many');
  if (liveTopic === 'monitor') return keys.includes(liveKey) || topics.includes('many');
  return topics.includes(liveTopic);
};

const listen = () => {
  const word = document.querySelector('#live-word');
  const light = document.querySelector('#live');
  const source = new EventSource('/live');
  let lost = false;
  source.addEventListener('open', () => {
    light.dataset.on = 'yes';
    setText(word, 'Live');
    if (lost) void refresh();
    lost = false;
  });
  source.addEventListener('error', () => {
    lost = true;
    light.dataset.on = 'no';
    setText(word, 'Reconnecting');
    // refused: the page itself says why, be it that the session has ended
    if (source.readyState === EventSource.CLOSED) void refresh();
  });
  source.addEventListener('message', (event) => {
    if (concerns(JSON.parse(event.data))) void refresh();
  });
  // a beat gets late without any event
  setInterval(() => void refresh(), 20_000);
  addEventListener('pagehide', () => source.close());
  addEventListener('pageshow', (event) => event.persisted && location.reload());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && missed) void refresh();
  });
};

document.documentElement.classList.add('scripted');
remember(document);
showTimes();
setInterval(showTimes, 1000);
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-copy]');
  if (button !== null) void copyFrom(button);
  if (event.target.closest('#theme') !== null) chooseTheme();
});
document.addEventListener('pointermove', showBubble);
document.addEventListener('pointerdown', showBubble);
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !event.target.closest('input, select, textarea')) {
    const search = document.querySelector('#q');
    if (search !== null) {
      event.preventDefault();
      search.focus();
    }
  }
});
document.querySelector('#faults')?.focus();
for (const form of document.querySelectorAll('.form')) {
  // writing into a field of a choice chooses it
  form.addEventListener('input', ({ target }) => {
    const radio = target.closest('.choice')?.querySelector('input[type=radio]');
    if (radio !== undefined && radio !== null) radio.checked = true;
  });
}
if (document.body.dataset.liveTopic !== undefined) listen();
