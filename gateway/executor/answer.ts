import { GraphQLError, type ExecutionResult, type GraphQLFormattedError } from 'graphql';
import { AppError, isErrorCode, presentError } from '../../platform/errors';
import type { Logger } from '../../platform/observability';
import { unauthorised, type Refusal } from '../authorisation';
import { isTaken } from '../planning/traps';
import type { AnsweredError, FailedCall } from './fetch-errors';
import type { Json } from './merge';
import { project, type Path, type ProjectionScope } from './project';
import type { SelectionShape } from './projection-shape';
import type { Merged } from './run-plan';
import { dataToJson } from './write-answer';

/** What a client gets, ready to be serialised. `data` is absent when nothing was executed. */
export interface Answer {
  readonly data?: Json | null;
  /** The JSON text of `data` instead of `data` itself, where the caller takes text and nothing went wrong. */
  readonly dataJson?: string;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Readonly<Json>;
  /** How long it stays fresh where a part of it came from a cache; unset where none did. */
  readonly freshForMs?: number;
}

export interface AnswerScope {
  readonly requestId: string;
  readonly logger: Logger;
  /** What was answered of the schema itself, where that was asked. */
  readonly introspected: ExecutionResult | null;
  /** Whether errors of subgraphs in another form than ours are hidden. */
  readonly subgraphErrors: 'ours' | 'any';
  /** Whether the data may be answered as text. */
  readonly takesText?: boolean;
}

/** Beyond so many errors, further places that are denied are null without a word. */
const MAX_DENIED_PLACES = 1_000;

/** What was fetched for an answer, or for a later part of one. */
export interface AnswerSource {
  readonly data: Json;
  readonly errors: Pick<Merged['errors'], 'list' | 'explains'>;
  readonly absent: Pick<Merged['absent'], 'has'>;
  /** Where the data stands in the whole answer; at its root unless said otherwise. */
  readonly path?: Path;
  readonly onDeferred?: ProjectionScope['onDeferred'];
}

/** Projects merged data onto the operation and presents every error once, at its place. */
export function answerOf(shape: SelectionShape, merged: AnswerSource, scope: AnswerScope): Answer {
  if (scope.takesText && merged.errors.list.length === 0) {
    const dataJson = dataToJson(shape, merged.data);
    if (dataJson !== null) return { dataJson };
  }
  const told = merged.errors.list.filter(
    (error) => error.kind === 'failed' || !isTaken(merged.data, (error.source ?? []).slice(merged.path?.length ?? 0)),
  );
  const errors = told.map((error) => presentFetchError(error, scope));
  for (const { message, path } of scope.introspected?.errors ?? []) {
    errors.push(presentAndLog(new GraphQLError(message, { path }), scope));
  }
  const projection: ProjectionScope = {
    onForbiddenNull: (path, field, record) => {
      if (merged.errors.explains(path)) return;
      const cause =
        record && merged.absent.has(record) ? absent(record as Json) : new Error(`null at the non-nullable field ${field}`);
      const error = new GraphQLError(cause.message, { path, originalError: cause });
      errors.push(presentAndLog(error, scope));
    },
    onDenied: (path, what) => {
      if (errors.length < MAX_DENIED_PLACES) errors.push(presentAndLog(unauthorised(path, what), scope));
    },
    introspect: (key) => scope.introspected?.data?.[key] ?? null,
    onDeferred: merged.onDeferred,
  };
  const data = project(shape, merged.data, projection, merged.path);
  return errors.length > 0 ? { errors, data } : { data };
}

/** Errors of the request itself, or of our own before anything was executed. */
export function refusalOf(errors: readonly unknown[], requestId: string, logger: Logger): Answer {
  return { errors: errors.map((error) => presentAndLog(error, { requestId, logger })) };
}

/** The answer to who may see nothing of an operation. */
export function unauthorisedAnswer({ errors, isExecuted }: Refusal, scope: Pick<AnswerScope, 'requestId' | 'logger'>): Answer {
  const presented = errors.map((error) => presentAndLog(error, scope));
  return isExecuted ? { errors: presented, data: null } : { errors: presented };
}

function absent(record: Json): AppError {
  const type = typeof record['__typename'] === 'string' ? record['__typename'] : 'record';
  return new AppError('NOT_FOUND', `This ${type} does not exist (any more), or you may not see it`);
}

function presentFetchError(error: AnsweredError | FailedCall, scope: AnswerScope): GraphQLFormattedError {
  if (error.kind === 'failed') {
    const cause = error.cause instanceof Error ? error.cause : new Error(String(error.cause));
    if (cause instanceof AppError)
      scope.logger.error({ err: cause, requestId: scope.requestId, service: error.service }, 'a subgraph call failed');
    return presentAndLog(new GraphQLError(cause.message, { path: error.path, originalError: cause }), scope);
  }
  const { message, extensions } = error.error;
  const code = extensions?.['code'];
  const isOurs = isErrorCode(code) && !code.startsWith('GRAPHQL_');
  if (!isOurs && scope.subgraphErrors === 'ours') return presentAndLog(unexpected(error), scope);
  const place = error.path ? { path: error.path } : {};
  const { stacktrace: _stack, exception: _exception, ...told } = extensions ?? {};
  const known = isOurs ? code : typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
  return { message, ...place, extensions: { ...told, code: known, requestId: scope.requestId } };
}

/** A subgraph refused what we planned, or answered in no form of ours: a bug on our side, whatever it says. */
function unexpected({ error, path }: AnsweredError): GraphQLError {
  const cause = new Error(`a subgraph answered: ${error.message}`);
  return new GraphQLError(cause.message, { path, originalError: cause });
}

function presentAndLog(error: unknown, scope: Pick<AnswerScope, 'requestId' | 'logger'>): GraphQLFormattedError {
  const presented = presentError(error, scope.requestId);
  if (presented.unexpected !== undefined)
    scope.logger.error({ err: presented.unexpected, requestId: scope.requestId }, 'unexpected error');
  return presented.formatted;
}
