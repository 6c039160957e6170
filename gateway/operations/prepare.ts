import { createHash } from 'node:crypto';
import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  print,
  separateOperations,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../platform/errors';
import type { LoadedSupergraph } from '../supergraph/load';
import { answerSizeOf } from './answer-size';
import { refuseTooLarge, tooLarge, type OperationLimits } from './limits';
import type { PreparedOperation } from './operation';
import { OperationVariants } from './variants';

const MAX_TEXTS = 2_000;
const MAX_TEXT_CHARACTERS = 16 * 1024 * 1024;
const MAX_PLANS = 1_000;
const MAX_VALIDATION_ERRORS = 20;

export interface PrepareOptions {
  readonly limits: OperationLimits;
  readonly introspection: boolean;
  /** `Did you mean ...?` tells an attacker names that introspection hides. */
  readonly suggestions: boolean;
  readonly onPlan: (outcome: 'hit' | 'miss') => void;
}

/** Why an operation is not executed; errors of the request, never of our own. */
export class RefusedOperation {
  constructor(readonly errors: readonly GraphQLError[]) {}
}

/** Turns texts into prepared operations of one supergraph, and remembers them: by text, and by meaning for the plan. */
export class Operations {
  private readonly byText = new LRUCache<string, PreparedOperation>({
    max: MAX_TEXTS,
    maxSize: MAX_TEXT_CHARACTERS,
    sizeCalculation: (_operation, text) => text.length,
  });
  private readonly byHash = new LRUCache<string, PreparedOperation>({ max: MAX_PLANS });

  constructor(
    private readonly supergraph: LoadedSupergraph,
    private readonly options: PrepareOptions,
  ) {}

  prepare(text: string, operationName: string | null): PreparedOperation | RefusedOperation {
    const key = operationName === null ? text : `${operationName}\n${text}`;
    const known = this.byText.get(key);
    if (known) return known;
    try {
      const operation = this.read(text, operationName);
      if (!(operation instanceof RefusedOperation)) this.byText.set(key, operation);
      return operation;
    } catch (error) {
      if (error instanceof GraphQLError) return new RefusedOperation([error]);
      if (error instanceof AppError) return new RefusedOperation([new GraphQLError(error.message, { originalError: error })]);
      throw error;
    }
  }

  private read(text: string, operationName: string | null): PreparedOperation | RefusedOperation {
    const whole = this.parse(text);
    refuseTooLarge(whole, this.options.limits);
    const errors = this.validate(whole);
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

  private validate(document: DocumentNode): GraphQLError[] {
    const rules = this.options.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
    const errors = validate(this.supergraph.apiSchema, document, rules, { maxErrors: MAX_VALIDATION_ERRORS });
    return errors.map((error) => {
      const code = error.message.startsWith('Maximum introspection depth') ? 'OPERATION_TOO_LARGE' : 'GRAPHQL_VALIDATION_FAILED';
      const message = this.options.suggestions ? error.message : error.message.replace(/ ?Did you mean .+$/s, '');
      return coded(error, code, message);
    });
  }

  private remembered(document: DocumentNode, definition: OperationDefinitionNode, hash: string): PreparedOperation {
    const fragments = fragmentsOf(document);
    const variants = new OperationVariants(this.supergraph, document, definition, fragments, this.options.onPlan);
    const { apiSchema } = this.supergraph;
    const rootType = apiSchema.getRootType(definition.operation);
    const answerSize = answerSizeOf(apiSchema, rootType, definition.selectionSet, fragments);
    const name = definition.name?.value ?? null;
    return { document, definition, fragments, kind: definition.operation, name, hash, variants, answerSize };
  }
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
