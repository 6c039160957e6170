import { buildASTSchema, parse, type ExecutionResult, type GraphQLError, type GraphQLSchema } from 'graphql';
import type { QueryPlan } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../platform/errors';
import { supergraphId, type Supergraph } from '../supergraph/supergraph';
import { fetchedNames } from './traps';
import { graphqlErrorOf, type Planner } from './planner';
import { Security } from '../authorisation';
import { CostDirectives } from '../demand';

/** What too much was asked of once is refused at once for so long. */
const BAD_FOR_MS = 60_000;
const MAX_BAD = 1_000;
const MAX_INTROSPECTED_CHARACTERS = 16 * 1024 * 1024;

export interface PlannedOperation {
  readonly plan: QueryPlan;
  /** The length of the plan as text, for whoever bounds what is kept. */
  readonly characters: number;
}

/** Validates and plans the operations of one supergraph; `client` is whose turn it is, see {@link Planner}. */
export interface Planning {
  /** Resolves to what is wrong with the document. @throws AppError OPERATION_TOO_LARGE or OVERLOADED */
  validate(text: string, introspection: boolean, client: string): Promise<readonly GraphQLError[]>;
  /** @throws GraphQLError when the operation cannot be planned, AppError OPERATION_TOO_LARGE or OVERLOADED */
  plan(text: string, operationName: string | null, client: string): Promise<PlannedOperation>;
  /** Executes a document that asks for `__schema` and `__type` alone. @throws AppError OPERATION_TOO_LARGE or OVERLOADED */
  introspect(text: string, variables: Readonly<Record<string, unknown>>, client: string): Promise<ExecutionResult>;
}

/** A supergraph whose operations are planned elsewhere. */
export interface PlannedSupergraph extends Supergraph {
  readonly planning: Planning;
}

/** Reads a supergraph in a planning thread. @throws when the SDL is no supergraph, or one that must not be served */
export async function planSupergraph(sdl: string, planner: Planner): Promise<PlannedSupergraph> {
  const id = supergraphId(sdl);
  const security = new Security(sdl);
  const { apiSdl, fullSdl } = await planner.ask('', { kind: 'load', supergraph: id, sdl }, sdl);
  const planning = new ThreadPlanning(planner, id, sdl);
  const [apiSchema, fullSchema] = [schemaOf(apiSdl), schemaOf(fullSdl)];
  return { id, sdl, apiSchema, fullSchema, fetchedNames: fetchedNames(sdl), security, costs: new CostDirectives(sdl), planning };
}

/** Of an SDL that was printed from a valid schema. */
function schemaOf(sdl: string): GraphQLSchema {
  return buildASTSchema(parse(sdl, { noLocation: true }), { assumeValid: true, assumeValidSDL: true });
}

class ThreadPlanning implements Planning {
  private readonly bad = new LRUCache<string, AppError>({ max: MAX_BAD, ttl: BAD_FOR_MS });

  private readonly introspected = new LRUCache<string, ExecutionResult>({ max: 50, maxSize: MAX_INTROSPECTED_CHARACTERS });

  constructor(
    private readonly planner: Planner,
    private readonly supergraph: string,
    private readonly sdl: string,
  ) {}

  async validate(text: string, introspection: boolean, client: string): Promise<readonly GraphQLError[]> {
    const request = { kind: 'validate', supergraph: this.supergraph, text, introspection } as const;
    const problems = await this.unlessBad(text, () => this.planner.ask(client, request, this.sdl));
    return problems.map((problem) => graphqlErrorOf(problem, text));
  }

  async plan(text: string, operationName: string | null, client: string): Promise<PlannedOperation> {
    const request = { kind: 'plan', supergraph: this.supergraph, text, operationName } as const;
    const plan = await this.unlessBad(text, () => this.planner.ask(client, request, this.sdl));
    return { plan: JSON.parse(plan) as QueryPlan, characters: plan.length };
  }

  async introspect(text: string, variables: Readonly<Record<string, unknown>>, client: string): Promise<ExecutionResult> {
    const request = { kind: 'introspect', supergraph: this.supergraph, text, variables } as const;
    const key = `${text} ${JSON.stringify(variables)}`;
    const known = this.introspected.get(key);
    if (known) return known;
    const json = await this.unlessBad(text, () => this.planner.ask(client, request, this.sdl));
    const result = JSON.parse(json) as ExecutionResult;
    this.introspected.set(key, result, { size: json.length + key.length });
    return result;
  }

  /** So that one document cannot burn thread after thread. */
  private async unlessBad<T>(text: string, ask: () => Promise<T>): Promise<T> {
    const known = this.bad.get(text);
    if (known) throw known;
    try {
      return await ask();
    } catch (error) {
      if (error instanceof AppError && error.code === 'OPERATION_TOO_LARGE') this.bad.set(text, error);
      throw error;
    }
  }
}
