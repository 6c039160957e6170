import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** What a cell may hold; arrays become PostgreSQL arrays, plain objects JSON. */
export type CopyCell =
  | string
  | number
  | boolean
  | null
  | Date
  | readonly (string | number)[]
  | { readonly [key: string]: unknown };

const CHUNK_CHARACTERS = 64 * 1024;

/**
 * Streams rows into a table by COPY, an order of magnitude faster than inserts, in constant memory. Part of the
 * client's transaction, if it is in one.
 *
 * @param table trusted SQL of our own, as are `columns`
 * @returns how many rows were written
 */
export async function copyRows(
  client: ClientBase,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly CopyCell[]>,
): Promise<number> {
  const stream = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
  const done = finished(stream);
  done.catch(() => undefined);
  let count = 0;
  let chunk = '';
  for (const row of rows) {
    chunk += `${row.map(encode).join('\t')}\n`;
    count += 1;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), done]);
    chunk = '';
  }
  stream.end(chunk);
  await done;
  return count;
}

const ESCAPED = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function encode(cell: CopyCell): string {
  if (cell === null) return '\\N';
  if (typeof cell === 'string') return escape(cell);
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'boolean') return cell ? 't' : 'f';
  if (cell instanceof Date) return cell.toISOString();
  if (isArray(cell)) return escape(`{${cell.map((item) => `"${String(item).replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`);
  return escape(JSON.stringify(cell));
}

function isArray(cell: object): cell is readonly (string | number)[] {
  return Array.isArray(cell);
}

function escape(text: string): string {
  return text.replaceAll(ESCAPED, (character) => ESCAPES[character] ?? character);
}
