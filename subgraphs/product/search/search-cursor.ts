import type { UncountedPage } from './uncounted-page';
import { MATCH_MODES, type Match } from './product-filter';

const MAX_WORDS = 1_000;

/**
 * The cursor of a search says how the first page took the words, before what the list's cursor says. Judged anew for each page, a
 * product that is entered meanwhile and has a misspelt word would turn the rest of the list into another one.
 */
export function withMatch<Page extends UncountedPage>(page: Page, { mode, words }: Match): Page {
  const cursorOf = (cursor: string): string => encode([mode, words, ...(decode(cursor) ?? [])]);
  const { startCursor, endCursor, ...others } = page.pageInfo;
  return {
    ...page,
    edges: page.edges.map((edge) => ({ ...edge, cursor: cursorOf(edge.cursor) })),
    pageInfo: {
      ...others,
      startCursor: startCursor === null ? null : cursorOf(startCursor),
      endCursor: endCursor === null ? null : cursorOf(endCursor),
    },
  };
}

/** What {@link withMatch} put together. Anything else is left as it is, for the list to refuse. */
export function openSearchCursor(cursor: string | null): { cursor: string | null; match: Match | null } {
  const [mode, words, ...ofList] = (cursor === null ? null : decode(cursor)) ?? [];
  const known = MATCH_MODES.find((each) => each === mode);
  const isText = typeof words === 'string' && words.length <= MAX_WORDS && !words.includes('\0') && words.isWellFormed();
  return known && isText ? { cursor: encode(ofList), match: { mode: known, words } } : { cursor, match: null };
}

function encode(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function decode(cursor: string): unknown[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}
