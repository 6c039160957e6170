import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  execute,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { Kind } from 'graphql';
import { AppError } from '../../../platform/errors';
import { Data, Rec } from './data';
import type { FieldView, SubgraphView, TypeView } from './federation';
import { ownersOf } from './merge';

/** What resolvers notice that no right gateway makes them notice, and mutations in the order in which they ran. */
export class Notebook {
  readonly wrongs = new Set<string>();
  readonly mutations: string[] = [];

  clear(): void {
    this.wrongs.clear();
    this.mutations.length = 0;
  }
}

/** A record as a subgraph holds it: with what the gateway brought, and what the field above provides. */
class Held extends Rec {
  constructor(
    record: Rec,
    readonly representation: Readonly<Record<string, unknown>> | null,
    readonly provided: SelectionSetNode | null,
  ) {
    super(record.type, record.id);
  }
}

/** The whole graph in one schema, executed by graphql-js: what the gateway must answer too. */
export function executeMonolith(
  schema: GraphQLSchema,
  data: Data,
  document: DocumentNode,
  variableValues: Readonly<Record<string, unknown>>,
  notebook: Notebook,
): ExecutionResult | Promise<ExecutionResult> {
  const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (source, args, _context, info) => {
    const record = source instanceof Rec ? source : new Rec(info.parentType.name, 'root');
    if (info.parentType.name === 'Mutation') notebook.mutations.push(`${info.fieldName} ${JSON.stringify(args)}`);
    const { requires, contextual } = data.factsOf(record.type, info.fieldName);
    const needed: Record<string, unknown> = requires ? data.select(record, requires) : {};
    for (const { name, context, selection } of contextual) {
      const holder = record.contexts[context];
      needed[`$${name}`] = holder ? onlyValue(data.select(holder, selection)) : null;
    }
    const value = data.valueOf(record, info.fieldName, args, requires || contextual.length > 0 ? needed : null);
    return withContexts(value, data.contextsBelow(record));
  };
  return execute({
    schema,
    document,
    variableValues,
    fieldResolver,
    typeResolver: (value) => (value as Rec).type,
    rootValue: {},
  });
}

function withContexts(value: unknown, contexts: Readonly<Record<string, Rec>>): unknown {
  if (Array.isArray(value)) return value.map((item) => withContexts(item, contexts));
  return value instanceof Rec ? new Rec(value.type, value.id, contexts) : value;
}

/** A real Apollo subgraph over the data. */
export function subgraphSchema(
  subgraph: SubgraphView,
  all: readonly SubgraphView[],
  data: Data,
  notebook: Notebook,
): GraphQLSchema {
  const resolvers: Record<string, Record<string, unknown>> = {};
  for (const type of subgraph.types.values()) {
    const own = [...subgraph.rootNames].find(([, root]) => root === type.name)?.[0] ?? type.name;
    const fields: Record<string, unknown> = {};
    if (type.kind === 'object')
      for (const field of type.fields.values()) fields[field.name] = resolverOf(subgraph, all, type, field, data, notebook);
    if (type.kind === 'interface' || type.kind === 'union') fields['__resolveType'] = (value: Rec) => value.type;
    if (type.keys.length > 0) {
      fields['__resolveReference'] = (representation: Record<string, unknown>) => hold(type, representation, data, notebook);
    }
    if (Object.keys(fields).length > 0) resolvers[own] = fields;
  }
  return buildSubgraphSchema([{ typeDefs: subgraph.document, resolvers: resolvers as never }]);
}

function hold(type: TypeView, representation: Record<string, unknown>, data: Data, notebook: Notebook): Held | null {
  const key = type.keys.find((each) => each.isResolvable && isComplete(representation, each.selection));
  if (!key) {
    notebook.wrongs.add(`a ${type.name} was asked without a resolvable key: ${JSON.stringify(representation)}`);
    return null;
  }
  const record = data.recordOf(type.name, representation, key.selection);
  return record && new Held(record, representation, null);
}

function resolverOf(
  subgraph: SubgraphView,
  all: readonly SubgraphView[],
  type: TypeView,
  field: FieldView,
  data: Data,
  notebook: Notebook,
): GraphQLFieldResolver<unknown, unknown> {
  const isOwner = ownersOf(all, type.name, field.name).includes(subgraph);
  const wrong = (problem: string): never => {
    notebook.wrongs.add(`${subgraph.name}: ${type.name}.${field.name} ${problem}`);
    throw new AppError('CONFLICT', problem);
  };
  return (source, { ...args }) => {
    const record = source instanceof Rec ? source : new Rec(type.name, 'root');
    const held = source instanceof Held ? source : new Held(record, null, null);
    if (type.name === 'Mutation') notebook.mutations.push(`${field.name} ${JSON.stringify(args)}`);
    const isProvided = held.provided?.selections.find(
      (selection) => selection.kind === Kind.FIELD && selection.name.value === field.name,
    );
    if (!isOwner && !isProvided && !data.factsOf(record.type, field.name).isKey) {
      const brought = held.representation?.[field.name];
      if (brought !== undefined && field.isExternal) return brought;
      return wrong(field.isExternal ? 'is external and was neither provided nor brought' : 'is overridden');
    }
    const needed: Record<string, unknown> = field.requires
      ? brought(held.representation ?? {}, field.requires, data, (missing) => wrong(`requires ${missing}, which was not brought`))
      : {};
    for (const { name } of field.contextual) {
      needed[`$${name}`] = args[name] ?? null;
      delete args[name];
    }
    const value = data.valueOf(record, field.name, args, field.requires || field.contextual.length > 0 ? needed : null);
    const below = isProvided && 'selectionSet' in isProvided ? (isProvided.selectionSet ?? null) : field.provides;
    return held_(value, below);
  };
}

function held_(value: unknown, provided: SelectionSetNode | null): unknown {
  if (Array.isArray(value)) return value.map((item) => held_(item, provided));
  return value instanceof Rec ? new Held(value, null, provided) : value;
}

/** What `@requires` asks, out of a representation. */
function brought(
  value: Readonly<Record<string, unknown>>,
  set: SelectionSetNode,
  data: Data,
  missing: (name: string) => never,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const each = (inner: unknown, nested: SelectionSetNode | undefined): unknown => {
    if (Array.isArray(inner)) return inner.map((item) => each(item, nested));
    return nested && typeof inner === 'object' && inner !== null ? brought(inner as never, nested, data, missing) : inner;
  };
  for (const selection of set.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const told = value['__typename'];
      if (typeof told !== 'string') missing('__typename');
      else if (data.isOfType(told, selection.typeCondition?.name.value))
        Object.assign(result, brought(value, selection.selectionSet, data, missing));
    } else if (selection.kind === Kind.FIELD && selection.name.value !== '__typename') {
      const name = selection.name.value;
      if (value[name] === undefined) missing(name);
      result[name] = each(value[name], selection.selectionSet);
    }
  }
  return result;
}

function isComplete(value: unknown, set: SelectionSetNode): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return set.selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return true;
    const inner = (value as Record<string, unknown>)[selection.name.value];
    return inner !== undefined && (!selection.selectionSet || isComplete(inner, selection.selectionSet));
  });
}

function onlyValue(selected: Record<string, unknown>): unknown {
  const [value] = Object.values(selected);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? onlyValue(value as never) : value;
}
