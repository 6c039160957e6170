import { createHash } from 'node:crypto';
import {
  GraphQLError,
  Kind,
  parse,
  print,
  separateOperations,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { AppError, ERROR_CODES } from '../../platform/errors';
import { protectionOf } from '../authorisation';
import { demandOf } from '../demand';
import type { PlannedSupergraph } from '../planning/planned-supergraph';
import { refuseTooLarge, tooLarge, type OperationLimits } from './limits';
import type { PreparedOperation } from './operation';
import { OperationVariants, planCache } from './variants';

const MAX_TEXTS = 2_000;
const MAX_TEXT_CHARACTERS = 16 * 1024 * 1024;
const MAX_PLANS = 1_000;
const MAX_REFUSED = 500;
const MAX_REFUSED_CHARACTERS = 2 * 1024 * 1024;

export interface PrepareOptions {
  readonly limits: OperationLimits;
  readonly introspection: boolean;
  /** `Did you mean ...?` tells an attacker names that introspection hides. */
  readonly suggestions: boolean;
  readonly onPlan: (outcome: 'hit' | 'miss') => void;
  /** What becomes of an operation that asks for what its viewer may not see. */
  readonly unauthorised: 'filter' | 'reject';
}

/** Why an operation is not executed; errors of the request, never of our own. */
export class RefusedOperation {
  /** @param isFinal whether the same operation will be refused again, whenever it is asked */
  constructor(
    readonly errors: readonly GraphQLError[],
    readonly isFinal = true,
  ) {}
}

/** The answer to whoever asks for an operation: at once where it is known, else after its validation in another thread. */
export type Preparation = PreparedOperation | RefusedOperation | Promise<PreparedOperation | RefusedOperation>;

/** Turns texts into prepared operations of one supergraph, and remembers them: by text, and by meaning for the plan. */
export class Operations {
  private readonly byText = new LRUCache<string, PreparedOperation>({
    max: MAX_TEXTS,
    maxSize: MAX_TEXT_CHARACTERS,
    sizeCalculation: (_operation, text) => text.length,
  });
  private readonly byHash = new LRUCache<string, PreparedOperation>({ max: MAX_PLANS });
  private readonly refused = new LRUCache<string, RefusedOperation>({
    max: MAX_REFUSED,
    maxSize: MAX_REFUSED_CHARACTERS,
    sizeCalculation: (_refused, text) => text.length,
  });
  private readonly validating = new Map<string, Promise<PreparedOperation | RefusedOperation>>();
  private readonly plans = planCache();

  constructor(
    private readonly supergraph: PlannedSupergraph,
    private readonly options: PrepareOptions,
  ) {}

  /** @param client whose turn it is when operations wait to be validated */
  prepare(text: string, operationName: string | null, client = ''): Preparation {
    const key = operationName === null ? text : `${operationName}\n${text}`;
    return this.byText.get(key) ?? this.refused.get(key) ?? this.prepareUnknown(key, text, operationName, client);
  }

  private prepareUnknown(key: string, text: string, operationName: string | null, client: string): Preparation {
    const underWay = this.validating.get(key);
    if (underWay) return underWay;
    const preparing = this.read(text, operationName, client)
      .catch(refusedBy)
      .then((operation) => {
        if (!(operation instanceof RefusedOperation)) this.byText.set(key, operation);
        else if (operation.isFinal) this.refused.set(key, operation);
        return operation;
      })
      .finally(() => this.validating.delete(key));
    this.validating.set(key, preparing);
    return preparing;
  }

  private async read(text: string, operationName: string | null, client: string): Promise<PreparedOperation | RefusedOperation> {
    const whole = this.parse(text);
    refuseTooLarge(whole, this.options.limits);
    const errors = await this.validate(text, client);
    if (errors.length > 0) return new RefusedOperation(errors);
    const { document, definition } = pickOperation(whole, operationName);
    refuseReservedNames(document);
    const hash = createHash('sha256').update(print(document)).digest('hex');
    const known = this.byHash.get(hash);
    if (known) return known;
    const operation = this.remembered(document, definition, hash);
    this.byHash.set(hash, operation);
    return operation;
  }

  private parse(text: string): DocumentNode {
    try {
      return parse(text, { maxTokens: this.options.limits.tokens });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      if (error.message.includes('tokens. Parsing aborted')) throw tooLarge('tokens', this.options.limits.tokens, null);
      throw coded(error, 'GRAPHQL_PARSE_FAILED', error.message);
    }
  }

  /** In another thread: to compare each field with each other, as fields of one name must be, can take seconds. */
  private async validate(text: string, client: string): Promise<GraphQLError[]> {
    const errors = await this.supergraph.planning.validate(text, this.options.introspection, client);
    return errors.map((error) => {
      const code = error.message.startsWith('Maximum introspection depth') ? 'OPERATION_TOO_LARGE' : 'GRAPHQL_VALIDATION_FAILED';
      const message = this.options.suggestions ? error.message : error.message.replace(/ ?Did you mean .+$/s, '');
      return coded(error, code, message);
    });
  }

  private remembered(document: DocumentNode, definition: OperationDefinitionNode, hash: string): PreparedOperation {
    const fragments = fragmentsOf(document);
    const { plans } = this;
    const { onPlan, unauthorised } = this.options;
    const { apiSchema, security, costs } = this.supergraph;
    const protection = protectionOf(security, apiSchema, document);
    const variants = new OperationVariants(
      { supergraph: this.supergraph, plans, onPlan, unauthorised },
      { document, definition, fragments, hash, protection },
    );
    const rootType = apiSchema.getRootType(definition.operation);
    const demand = demandOf(apiSchema, costs, { rootType, selections: definition.selectionSet, fragments });
    const name = definition.name?.value ?? null;
    return { document, definition, fragments, kind: definition.operation, name, hash, protection, variants, demand };
  }
}

/** @throws what is no fault of the operation */
function refusedBy(error: unknown): RefusedOperation {
  if (error instanceof GraphQLError) return new RefusedOperation([error]);
  if (!(error instanceof AppError)) throw error;
  return new RefusedOperation([new GraphQLError(error.message, { originalError: error })], !ERROR_CODES[error.code].retriable);
}

function pickOperation(
  document: DocumentNode,
  operationName: string | null,
): { document: DocumentNode; definition: OperationDefinitionNode } {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const candidates =
    operationName === null ? operations : operations.filter((operation) => operation.name?.value === operationName);
  const [definition, second] = candidates;
  if (!definition || second) {
    const problem = definition
      ? 'Send operationName: the document holds several operations'
      : 'The document holds no operation of that name';
    throw new AppError(
      'OPERATION_RESOLUTION_FAILURE',
      problem,
      operationName === null ? {} : { operationName: operationName.slice(0, 200) },
    );
  }
  const separated = operations.length > 1 ? separateOperations(document)[definition.name?.value ?? ''] : document;
  return { document: separated ?? document, definition };
}

/** `__proto__` as an alias or variable would reach JavaScript's prototypes; the specification reserves such names anyway. */
function refuseReservedNames(document: DocumentNode): void {
  visit(document, {
    Name: ({ value }) => {
      if (value === '__proto__')
        throw coded(new GraphQLError(''), 'GRAPHQL_VALIDATION_FAILED', 'The name "__proto__" is reserved');
    },
  });
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}

function coded(error: GraphQLError, code: string, message: string): GraphQLError {
  return new GraphQLError(message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { code },
  });
}
