import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** One record of a CSV file; a quoted text may hold line breaks, so a record may span several lines. */
export interface CsvRecord {
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface BrokenRecord {
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

export interface CsvSource {
  readonly path: string;
  readonly onBroken: (broken: BrokenRecord) => void;
  /** Called with the number of bytes read so far. */
  readonly onBytes: (bytes: number) => void;
}

const MAX_RECORD_CHARACTERS = 1_000_000;
const MAX_RECORD_LINES = 1_000;

/**
 * Streams a CSV file's records in constant memory; the first one, the header, says how many cells each must have.
 *
 * A broken record costs only itself: a quote that is never closed would swallow the rest of the file, so reading goes
 * on at the first later line that is a whole record again.
 */
export async function* readCsv(source: CsvSource): AsyncGenerator<CsvRecord> {
  let width = 0;
  const lines = new LineQueue(decodedLines(source));
  for (let record = await nextRecord(lines); record; record = await nextRecord(lines)) {
    if (record.text.trim() === '') continue;
    const cells = record.isClosed ? cellsOf(record.text) : null;
    const fitted = cells && width > 0 ? fit(cells, width) : cells;
    if (fitted) {
      width ||= fitted.length;
      yield { line: record.line, cells: fitted };
      continue;
    }
    const resumeAt = record.lines.findIndex((line, at) => at > 0 && isWholeRecord(line, width));
    if (resumeAt > 0) lines.giveBack(record.lines.slice(resumeAt));
    else if (!record.isClosed) lines.giveBack(record.lines.slice(1));
    source.onBroken({ line: record.line, text: record.lines[0] ?? '', reason: reasonOf(record, cells, width) });
  }
}

interface RawRecord {
  readonly line: number;
  readonly lines: readonly string[];
  readonly text: string;
  /** `false` when its last quote was still open at the end of the file or at the size limit. */
  readonly isClosed: boolean;
}

async function nextRecord(source: LineQueue): Promise<RawRecord | null> {
  const first = await source.next();
  if (first === null) return null;
  const line = source.line;
  const lines = [first];
  let isOpen = endsInsideQuotes(first, false);
  for (let size = first.length; isOpen && size < MAX_RECORD_CHARACTERS && lines.length < MAX_RECORD_LINES;) {
    const more = await source.next();
    if (more === null) break;
    lines.push(more);
    size += more.length + 1;
    isOpen = endsInsideQuotes(more, true);
  }
  return { line, lines, text: lines.join('\n'), isClosed: !isOpen && first.length < MAX_RECORD_CHARACTERS };
}

/** A quote opens only at the start of a cell and closes only before a comma or the line's end; others are text. */
function endsInsideQuotes(line: string, startsInside: boolean): boolean {
  let isInside = startsInside;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) {
    if (!isInside) {
      isInside = at === 0 || line[at - 1] === ',';
    } else if (line[at + 1] === '"') {
      at += 1;
    } else if (at + 1 === line.length || line[at + 1] === ',') {
      isInside = false;
    }
  }
  return isInside;
}

function cellsOf(text: string): string[] | null {
  try {
    const rows: string[][] = parse(text, {
      relax_quotes: true,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
    });
    return rows.length === 1 ? (rows[0] ?? null) : null;
  } catch {
    return null;
  }
}

/** Spreadsheets add empty cells at the end of a line: those do not count. */
function fit(cells: string[], width: number): string[] | null {
  if (cells.length === width) return cells;
  return cells.length > width && cells.slice(width).every((cell) => cell === '') ? cells.slice(0, width) : null;
}

function isWholeRecord(line: string, width: number): boolean {
  return !endsInsideQuotes(line, false) && cellsOf(line)?.length === width;
}

function reasonOf({ isClosed, lines, line }: RawRecord, cells: readonly string[] | null, width: number): string {
  if (!isClosed) return 'a quote is opened and never closed, or the record is longer than 1,000 lines';
  if (!cells) return 'is no well-formed CSV';
  const hint = lines.length > 1 ? `; it runs to line ${line + lines.length - 1}, perhaps for want of a closing quote` : '';
  return `has ${cells.length} columns where the header has ${width}${hint}`;
}

/** Lines with their numbers, to which lines can be given back. */
class LineQueue {
  line = 0;
  private returned: string[] = [];

  constructor(private readonly source: AsyncGenerator<string>) {}

  async next(): Promise<string | null> {
    const line = this.returned.shift() ?? ((await this.source.next()).value as string | undefined);
    if (line === undefined) return null;
    this.line += 1;
    return line;
  }

  giveBack(lines: readonly string[]): void {
    this.returned = [...lines, ...this.returned];
    this.line -= lines.length;
  }
}

async function* decodedLines(source: CsvSource): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let rest = '';
  let bytes = 0;
  for await (const chunk of createReadStream(source.path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    decoder ??= new TextDecoder(chunk[0] === 0xff && chunk[1] === 0xfe ? 'utf-16le' : 'utf-8');
    rest += decoder.decode(chunk, { stream: true });
    source.onBytes((bytes += chunk.length));
    // A carriage return at the very end may be the first half of a line's end.
    const held = rest.endsWith('\r') ? '\r' : '';
    const lines = rest.slice(0, rest.length - held.length).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + held;
    yield* lines;
  }
  rest += decoder?.decode() ?? '';
  if (rest !== '') yield rest.replace(/\r$/, '');
}
