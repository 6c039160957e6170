import type { Answer } from '../executor/answer';
import type { Path } from '../executor/project';

/** One fragment that is answered later, at one place of the answer. */
export interface PendingPart {
  /** Of its own within one answer. */
  readonly id: number;
  readonly path: Path;
  readonly label: string | null;
}

/** What was answered of it; its data is `null` where an error left nothing. */
export interface AnsweredPart extends PendingPart {
  readonly answer: Answer;
}

/** Takes an answer in parts, in their order; `pending` are the fragments of which a part tells for the first time. */
export interface PartsReceiver {
  first(answer: Answer, pending: readonly PendingPart[], hasNext: boolean): void;
  next(parts: readonly AnsweredPart[], pending: readonly PendingPart[], hasNext: boolean): void;
}

/** Whether what was answered of a record stands in the answer: an error near it may have made null what is around it. */
export function stands(data: unknown, path: Path, output: object): boolean {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value === output;
}
