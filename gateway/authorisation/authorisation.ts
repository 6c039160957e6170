import type { Viewer } from '../../platform/auth';
import type { Logger } from '../../platform/observability';
import { DENY_ALL, evaluated, type PolicyEvaluator } from './policies';
import { ALL_GRANTED, type GrantKey, type Protection } from './protection';

export interface AuthorisationOptions {
  /** Says which policies of `@policy` hold; without one, none does. */
  readonly policies?: PolicyEvaluator;
  /**
   * What becomes of an operation that asks for what its viewer may not see: `filter` (unless said otherwise) answers the rest,
   * with null and an error at each such place; `reject` answers nothing of it.
   */
  readonly unauthorised?: 'filter' | 'reject';
}

/** The parts of a request that decide what its viewer is granted. */
export interface AskedBy {
  readonly operation: { readonly protection: Protection | null; readonly name: string | null };
  readonly viewer: Viewer;
  readonly forwarded: Readonly<Record<string, string>> | null;
  readonly requestId: string;
}

/** Decides what viewers are granted of the operations that they ask. */
export class Authorisation {
  private readonly evaluator: PolicyEvaluator;

  constructor(
    options: AuthorisationOptions,
    private readonly logger: Logger,
  ) {
    this.evaluator = options.policies ?? DENY_ALL;
  }

  /** At once where scopes decide; a promise, which never rejects, where policies do. */
  grants({ operation, viewer, forwarded, requestId }: AskedBy): GrantKey | Promise<GrantKey> {
    const { protection, name: operationName } = operation;
    if (protection === null) return ALL_GRANTED;
    const { policies } = protection;
    if (policies.length === 0) return protection.keyFor(viewer);
    const question = { policies, viewer, headers: forwarded ?? {}, operationName, requestId };
    return evaluated(this.evaluator, question, this.logger).then((held) => protection.keyWith(viewer, held));
  }
}
