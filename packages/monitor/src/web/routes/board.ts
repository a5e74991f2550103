import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { MonitorState, MonitorSummary } from '../../model.ts';
import type { MonitorQuery, Store } from '../../store/store.ts';
import type { PageContext } from '../context.ts';
import type { BoardContent, BoardFilter } from '../render/board.ts';
import { renderBoard } from '../render/board.ts';
import { boardOrder, needsAttention } from '../render/states.ts';
import { sendPage } from '../send-page.ts';
import { admitViewer } from '../session/viewer.ts';

const pageSize = 100;
const attentionSize = 20;

/** Address under which people reach this monitor. */
export const baseUrlOf = ({ publicUrl }: PageContext, request: FastifyRequest): string => {
  if (publicUrl !== null) return publicUrl;
  const forwarded = request.headers['x-forwarded-proto'];
  const protocol = forwarded === 'https' ? 'https' : request.protocol;
  return `${protocol}://${request.headers.host ?? 'localhost'}`;
};

/** The query of a request as it came in; a name that was given twice counts once. */
export const queryOf = (request: FastifyRequest): URLSearchParams => {
  const query = new URLSearchParams();
  for (const [name, value] of new URL(request.url, 'http://localhost').searchParams) {
    query.set(name, value.replaceAll('\0', '').toWellFormed());
  }
  return query;
};

/** The board. */
export const registerBoard = (app: FastifyInstance, context: PageContext): void => {
  const { store, clock } = context;
  app.get('/', async (request, reply) => {
    const viewer = await admitViewer(context, request, reply);
    if (viewer === null) return reply;
    const query = queryOf(request);
    const nowMs = clock.wallMs();
    const filter = readFilter(query);
    const [counts, tags, page] = await Promise.all([
      store.countStates(nowMs),
      store.listTags(),
      store.listMonitors(toMonitorQuery(filter, query), nowMs),
    ]);
    const isWhole = page.nextCursor === null && !query.has('cursor');
    const isFirst = !isFiltered(filter) && !query.has('cursor');
    const lists = isFirst
      ? await arrange(store, counts, page.items, isWhole, nowMs)
      : { attention: [], unlisted: [], monitors: page.items };
    const content = { counts, tags, filter, query, nowMs, nextCursor: page.nextCursor, ...lists };
    return sendPage(
      reply,
      renderBoard(viewer, { ...content, baseUrl: baseUrlOf(context, request) }),
    );
  });
};

const readFilter = (query: URLSearchParams): BoardFilter => {
  const state = query.get('state');
  return {
    state: boardOrder.find((known) => known === state) ?? null,
    tag: (query.get('tag') ?? '').slice(0, 100),
    search: (query.get('q') ?? '').trim().slice(0, 200),
  };
};

const toMonitorQuery = (filter: BoardFilter, query: URLSearchParams): MonitorQuery => {
  const cursor = query.get('cursor');
  return {
    limit: pageSize,
    ...(filter.state === null ? {} : { states: [filter.state] }),
    ...(filter.tag === '' ? {} : { tag: filter.tag }),
    ...(filter.search === '' ? {} : { search: filter.search }),
    ...(cursor === null || cursor === '' ? {} : { cursor }),
  };
};

const rank = ({ state }: MonitorSummary): number => needsAttention.indexOf(state);

const isFiltered = ({ state, tag, search }: BoardFilter): boolean =>
  state !== null || tag !== '' || search !== '';

/** Puts what needs attention on top: moved there when the page has all monitors, shown twice when it has not. */
const arrange = async (
  store: Store,
  counts: BoardContent['counts'],
  items: readonly MonitorSummary[],
  isWhole: boolean,
  nowMs: number,
): Promise<Pick<BoardContent, 'attention' | 'unlisted' | 'monitors'>> => {
  if (isWhole) {
    return {
      attention: items.filter((item) => rank(item) >= 0).toSorted((a, b) => rank(a) - rank(b)),
      unlisted: [],
      monitors: items.filter((item) => rank(item) < 0),
    };
  }
  const attention: MonitorSummary[] = [];
  const unlisted: { state: MonitorState; count: number }[] = [];
  // the worst first: a few that are late must not keep one that is down from its place
  for (const state of needsAttention) {
    const limit = attentionSize - attention.length;
    const found =
      limit === 0 || counts[state] === 0
        ? []
        : (await store.listMonitors({ states: [state], limit }, nowMs)).items;
    attention.push(...found);
    if (counts[state] > found.length) unlisted.push({ state, count: counts[state] - found.length });
  }
  return { attention, unlisted, monitors: items };
};
