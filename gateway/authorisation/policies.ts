import type { Viewer } from '../../platform/auth';
import type { Logger } from '../../platform/observability';

/** A request whose operation asks for policies. */
export interface PolicyQuestion {
  /** By the names that the schema gives them. */
  readonly policies: readonly string[];
  readonly viewer: Viewer;
  /** Headers of the client's request that are passed on to subgraphs. */
  readonly headers: Readonly<Record<string, string>>;
  readonly operationName: string | null;
  readonly requestId: string;
}

/** Answers which of the policies hold. What it does not name is denied. */
export type PolicyEvaluator = (question: PolicyQuestion) => Iterable<string> | Promise<Iterable<string>>;

/** Without somebody who knows them, no policy holds. */
export const DENY_ALL: PolicyEvaluator = () => [];

/** Never rejects: an evaluator that fails has granted nothing. */
export async function evaluated(
  evaluator: PolicyEvaluator,
  question: PolicyQuestion,
  logger: Logger,
): Promise<ReadonlySet<string>> {
  try {
    return new Set(await evaluator(question));
  } catch (error) {
    logger.error({ err: error, requestId: question.requestId }, 'policies could not be evaluated: none was granted');
    return new Set();
  }
}
