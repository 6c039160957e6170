import type { ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { Answer } from '../executor/answer';
import type { AnsweredPart, PartsReceiver, PendingPart } from './parts';

/** The two forms of an answer in parts that clients know: Apollo Client's, and the one of the GraphQL working group since 2024. */
export type PartsFormat = 'deferSpec=20220824' | 'incrementalSpec=v0.2';

const FORMATS: readonly PartsFormat[] = ['deferSpec=20220824', 'incrementalSpec=v0.2'];

/** The form in which a client takes an answer in parts; `null` where it takes none. */
export function partsFormatOf(accept: string | undefined): PartsFormat | null {
  if (!accept?.includes('multipart/mixed')) return null;
  const ranges = accept
    .split(',')
    .map((range) => range.replace(/[\s"]/g, ''))
    .filter((range) => range.startsWith('multipart/mixed') && !/;q=0(\.0*)?(;|$)/.test(range));
  return FORMATS.find((format) => ranges.some((range) => range.includes(format))) ?? null;
}

export interface MultipartOptions {
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly format: PartsFormat;
  /** Sends an answer of which nothing is deferred, as any other. */
  readonly sendWhole: (answer: Answer) => void;
  /** Told when the last part was written. */
  readonly onEnd: (errors: readonly GraphQLFormattedError[]) => void;
}

/** Writes an answer as `multipart/mixed`: each part at once, so that a client reads it while the next is fetched. */
export class MultipartWriter implements PartsReceiver {
  private readonly errors: GraphQLFormattedError[] = [];

  constructor(private readonly options: MultipartOptions) {}

  first(answer: Answer, pending: readonly PendingPart[], hasNext: boolean): void {
    const { response, format, requestId } = this.options;
    if (!hasNext) return this.options.sendWhole(answer);
    response.writeHead(200, {
      'content-type': `multipart/mixed; boundary="-"; ${format}`,
      'cache-control': 'no-store',
      'x-request-id': requestId,
      // nginx gathers what it passes on unless it is told not to.
      'x-accel-buffering': 'no',
    });
    const { errors, data } = answer;
    if (errors) this.errors.push(...errors);
    const extensions = { ...answer.extensions, requestId };
    const told = errors ? { errors, data, extensions } : { data, extensions };
    this.write(
      '\r\n---\r\n',
      format === 'incrementalSpec=v0.2' ? { ...told, pending: pending.map(announced), hasNext } : { ...told, hasNext },
      true,
    );
  }

  next(parts: readonly AnsweredPart[], pending: readonly PendingPart[], hasNext: boolean): void {
    for (const { answer } of parts) if (answer.errors) this.errors.push(...answer.errors);
    const isNew = this.options.format === 'incrementalSpec=v0.2';
    this.write('', isNew ? newForm(parts, pending, hasNext) : { incremental: parts.map(oldForm), hasNext }, hasNext);
    if (hasNext) return;
    if (!this.options.response.destroyed) this.options.response.end();
    this.options.onEnd(this.errors);
  }

  private write(head: string, payload: unknown, hasNext: boolean): void {
    const { response } = this.options;
    // To write to who is gone would be an error that nobody takes.
    if (response.destroyed) return;
    const end = hasNext ? '---' : '-----';
    response.write(`${head}content-type: application/json; charset=utf-8\r\n\r\n${JSON.stringify(payload)}\r\n${end}\r\n`);
  }
}

function oldForm({ path, label, answer: { data = null, errors } }: AnsweredPart) {
  return { ...(errors ? { errors } : {}), data, path, ...(label === null ? {} : { label }) };
}

/** A part that came to nothing is completed by its errors. */
function newForm(parts: readonly AnsweredPart[], pending: readonly PendingPart[], hasNext: boolean) {
  const incremental = parts.flatMap(({ id, answer: { data, errors } }) =>
    data ? [{ id: String(id), data, ...(errors ? { errors } : {}) }] : [],
  );
  const completed = parts.map(({ id, answer: { data, errors = [] } }) => ({ id: String(id), ...(data ? {} : { errors }) }));
  return {
    ...(pending.length > 0 ? { pending: pending.map(announced) } : {}),
    ...(incremental.length > 0 ? { incremental } : {}),
    completed,
    hasNext,
  };
}

function announced({ id, path, label }: PendingPart) {
  return { id: String(id), path, ...(label === null ? {} : { label }) };
}
