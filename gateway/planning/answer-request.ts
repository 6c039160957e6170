import {
  executeSync,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  printSchema,
  specifiedRules,
  validate,
} from 'graphql';
import { createLogger } from '../../platform/observability';
import { DeferAtRootRule, DeferInSubscriptionsRule, DeferLabelsRule } from '../defer/rules';
import { loadSupergraph, type LoadedSupergraph } from '../supergraph/load';
import type { PlanningAnswer, PlanningRequest, PlanningResults, Problem } from './messages';

const MAX_VALIDATION_ERRORS = 20;
/** A plan this long would take the gateway's own thread too long to make ready. */
const MAX_PLAN_CHARACTERS = 512 * 1024;
const MAX_INTROSPECTION_CHARACTERS = 4 * 1024 * 1024;

const RULES = [...specifiedRules, DeferLabelsRule, DeferAtRootRule, DeferInSubscriptionsRule];

/** The supergraphs of a thread, by id. */
export type Loaded = Map<string, LoadedSupergraph>;

/** Answers one request in a planning thread. Never rejects. */
export async function answerIn(loaded: Loaded, request: PlanningRequest): Promise<PlanningAnswer> {
  try {
    return { outcome: 'done', value: await resultOf(loaded, request) };
  } catch (error) {
    if (error instanceof GraphQLError) return { outcome: 'refused', problem: problemOf(error) };
    if (error instanceof RangeError || error instanceof TooComplex) return { outcome: 'tooComplex' };
    return { outcome: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

async function resultOf(loaded: Loaded, request: PlanningRequest): Promise<PlanningResults[PlanningRequest['kind']]> {
  switch (request.kind) {
    case 'load':
      return load(loaded, request.supergraph, request.sdl);
    case 'forget':
      loaded.delete(request.supergraph);
      return null;
    case 'validate':
      return problemsOf(supergraphOf(loaded, request.supergraph), request.text, request.introspection);
    case 'plan':
      return planOf(supergraphOf(loaded, request.supergraph), request.text, request.operationName);
    case 'introspect':
      return introspectionOf(supergraphOf(loaded, request.supergraph), request.text, request.variables);
  }
}

async function load(loaded: Loaded, id: string, sdl: string): Promise<PlanningResults['load']> {
  const supergraph = await loadSupergraph(sdl, createLogger({ logLevel: 'silent' }, 'planning'));
  loaded.set(id, supergraph);
  return { apiSdl: printSchema(supergraph.apiSchema), fullSdl: printSchema(supergraph.fullSchema) };
}

function problemsOf({ apiSchema }: LoadedSupergraph, text: string, introspection: boolean): Problem[] {
  const rules = introspection ? RULES : [...RULES, NoSchemaIntrospectionCustomRule];
  return validate(apiSchema, parse(text), rules, { maxErrors: MAX_VALIDATION_ERRORS }).map(problemOf);
}

function planOf(supergraph: LoadedSupergraph, text: string, operationName: string | null): string {
  const plan = JSON.stringify(supergraph.plan(parse(text), operationName ?? undefined));
  if (plan.length > MAX_PLAN_CHARACTERS) throw new TooComplex();
  return plan;
}

function introspectionOf({ apiSchema }: LoadedSupergraph, text: string, variables: Readonly<Record<string, unknown>>): string {
  const result = JSON.stringify(
    executeSync({ schema: apiSchema, document: parse(text), variableValues: variables, rootValue: {} }),
  );
  if (result.length > MAX_INTROSPECTION_CHARACTERS) throw new TooComplex();
  return result;
}

function supergraphOf(loaded: Loaded, id: string): LoadedSupergraph {
  const supergraph = loaded.get(id);
  if (!supergraph) throw new Error(`the planning thread has no supergraph ${id}`);
  return supergraph;
}

function problemOf({ message, positions, extensions }: GraphQLError): Problem {
  const code = extensions['code'];
  return { message, positions: positions ?? [], code: typeof code === 'string' ? code : null };
}

class TooComplex extends Error {}
