type Cell = string | number | null;

/** Prints rows of equal keys as a table, numbers to the right. */
export function printTable(rows: readonly Readonly<Record<string, Cell>>[], say: (line: string) => void): void {
  const columns = Object.keys(rows[0] ?? {});
  const texts = rows.map((row) => columns.map((column) => textOf(row[column] ?? null)));
  const widths = columns.map((column, at) => Math.max(column.length, ...texts.map((cells) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[], isNumber: (at: number) => boolean): string =>
    cells.map((cell, at) => (isNumber(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join('  ');
  const isNumber = (at: number): boolean => typeof rows[0]?.[columns[at] ?? ''] !== 'string';
  say(line(columns, isNumber));
  for (const cells of texts) say(line(cells, isNumber));
}

function textOf(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'string') return cell;
  return cell >= 100 ? String(Math.round(cell)) : String(Math.round(cell * 100) / 100);
}
