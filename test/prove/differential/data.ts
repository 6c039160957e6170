import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { AppError } from '../../../platform/errors';
import { FieldFacts, type Facts } from './facts';
import type { SubgraphView } from './federation';
import { hashOf } from './random';

/** A record is its type and key; what its fields hold follows from these. */
export class Rec {
  constructor(
    readonly type: string,
    readonly id: string,
    /** The nearest record above for each `@context`; only the monolith, which sees all records, keeps it. */
    readonly contexts: Readonly<Record<string, Rec>> = {},
  ) {}
}

/** How often what goes wrong. */
export interface Moods {
  readonly nulls: number;
  readonly errors: number;
  /** Null where none may be. */
  readonly illegalNulls: number;
}

export const ENTITIES_OF_A_TYPE = 5;
const VALUES_OF_A_TYPE = 9;
const LEAF = /^(\w+)-(\d+)/;

/** What every field of every record holds: a function of the seed, so that monolith and subgraphs agree without a store. */
export class Data {
  private readonly facts: FieldFacts;
  private readonly typeNumbers: ReadonlyMap<string, number>;

  constructor(
    subgraphs: readonly SubgraphView[],
    private readonly schema: GraphQLSchema,
    private readonly seed: number,
    private readonly moods: Moods,
  ) {
    this.facts = new FieldFacts(subgraphs, schema);
    this.typeNumbers = new Map(Object.keys(schema.getTypeMap()).map((name, at) => [name, at]));
  }

  factsOf(type: string, field: string): Facts {
    return this.facts.of(type, field);
  }

  /** @param needed what `@requires` and `@fromContext` bring @throws AppError where an error is planted */
  valueOf(record: Rec, field: string, args: Readonly<Record<string, unknown>>, needed: unknown): unknown {
    const facts = this.facts.of(record.type, field);
    if (facts.isKey) return this.keyValue(record, facts.type, field);
    const key = `${this.seed}|${facts.home}|${record.id}|${field}|${stable(args)}|${stable(needed)}`;
    const moods = facts.isCalm ? { nulls: 0, errors: 0, illegalNulls: 0 } : this.moods;
    if (chance(`${key}|error`, facts.isRequired && isNonNullType(facts.type) ? 0 : moods.errors)) throw planted(record, field);
    return this.make(facts.type, key, facts, facts.isRequired ? { ...moods, illegalNulls: 0 } : moods);
  }

  /** What `@requires` asks of a record; fields that fail are null, as they are in a representation. */
  select(record: Rec, set: SelectionSetNode): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (this.facts.isOfType(record.type, selection.typeCondition?.name.value))
          Object.assign(result, this.select(record, selection.selectionSet));
      } else if (selection.kind === Kind.FIELD && selection.name.value !== '__typename') {
        const name = selection.name.value;
        result[name] = this.shaped(this.requiredValue(record, name, selection), selection.selectionSet);
      }
    }
    return result;
  }

  /** Which record a representation means; `null` when there is none. @throws Error when its keys tell different records */
  recordOf(type: string, representation: Readonly<Record<string, unknown>>, keys: SelectionSetNode): Rec | null {
    const found = this.leavesOf(representation, keys);
    const numbers = new Set(found.map(({ number }) => number));
    const [number] = numbers;
    if (number === undefined || numbers.size > 1)
      throw new Error(`the keys of a ${type} do not agree: ${JSON.stringify(representation)}`);
    const named = found.find(({ type: each }) => each === type || this.facts.isOfType(each, type));
    const concrete = isObjectType(this.schema.getType(type)) ? type : (named?.type ?? type);
    return number < ENTITIES_OF_A_TYPE ? new Rec(concrete, `${concrete}-${number}`) : null;
  }

  /** The concrete type that a key tells, for interface objects and interfaces. */
  private leavesOf(value: unknown, set: SelectionSetNode | undefined): { type: string; number: number }[] {
    if (!set) {
      if (typeof value === 'number') {
        const type = [...this.typeNumbers].find(([, at]) => at === Math.floor(value / 1000))?.[0] ?? '';
        return [{ type, number: value % 1000 }];
      }
      const [, type = '', number = 'NaN'] = LEAF.exec(String(value)) ?? [];
      return [{ type, number: Number(number) }];
    }
    if (typeof value !== 'object' || value === null) return [];
    const fields = set.selections.filter((selection) => selection.kind === Kind.FIELD);
    return fields.flatMap(({ name, selectionSet }) =>
      name.value === '__typename' ? [] : this.leavesOf((value as Record<string, unknown>)[name.value], selectionSet),
    );
  }

  private requiredValue(record: Rec, field: string, node: Parameters<FieldFacts['argumentsOf']>[2]): unknown {
    const { requires } = this.facts.of(record.type, field);
    try {
      const needed = requires ? this.select(record, requires) : null;
      return this.valueOf(record, field, this.facts.argumentsOf(record.type, field, node), needed);
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  private shaped(value: unknown, set: SelectionSetNode | undefined): unknown {
    if (Array.isArray(value)) return value.map((item) => this.shaped(item, set));
    return value instanceof Rec && set ? this.select(value, set) : value;
  }

  private keyValue(record: Rec, type: GraphQLOutputType, field: string): unknown {
    const named = getNamedType(type);
    if (isObjectType(named)) {
      const number = LEAF.exec(record.id)?.[2] ?? '0';
      return new Rec(named.name, this.facts.isEntity(named.name) ? `${named.name}-${number}` : record.id);
    }
    if (named.name !== 'Int') return field === 'id' ? record.id : `${record.id}.${field}`;
    const [, owner = record.type, number = '0'] = LEAF.exec(record.id) ?? [];
    return (this.typeNumbers.get(owner) ?? 0) * 1000 + Number(number);
  }

  private make(type: GraphQLOutputType, key: string, facts: Facts, moods: Moods): unknown {
    if (isNonNullType(type))
      return chance(`${key}|illegal`, moods.illegalNulls) ? null : this.made(type.ofType, key, facts, moods);
    return chance(`${key}|null`, moods.nulls) ? null : this.made(type, key, facts, moods);
  }

  private made(type: GraphQLOutputType, key: string, facts: Facts, moods: Moods): unknown {
    if (isListType(type)) {
      const length = hashOf(`${key}|length`) % 4;
      return Array.from({ length }, (_, at) => this.make(type.ofType, `${key}|${at}`, facts, moods));
    }
    const named = getNamedType(type);
    if (!isObjectType(named) && !isAbstractType(named)) return leaf(named, hashOf(`${key}|leaf`));
    const { possible } = facts;
    const concrete = possible[hashOf(`${key}|type`) % possible.length];
    if (concrete === undefined) throw new AppError('CONFLICT', `nothing can be a ${named.name} here`);
    const number = hashOf(`${key}|id`);
    return this.facts.isEntity(concrete)
      ? new Rec(concrete, `${concrete}-${number % ENTITIES_OF_A_TYPE}`)
      : new Rec(concrete, `v${number % VALUES_OF_A_TYPE}`);
  }

  /** What `@fromContext` finds below a record. */
  contextsBelow(record: Rec): Readonly<Record<string, Rec>> {
    const names = this.facts.contextsOf(record.type);
    if (names.length === 0) return record.contexts;
    return { ...record.contexts, ...Object.fromEntries(names.map((name) => [name, record])) };
  }

  /** Whether a record may stand where a type is asked. */
  isOfType(type: string, condition: string | undefined): boolean {
    return this.facts.isOfType(type, condition);
  }
}

function leaf(type: GraphQLNamedType, hash: number): unknown {
  if (isEnumType(type)) {
    const values = type.getValues();
    return values[hash % values.length]?.name;
  }
  switch (type.name) {
    case 'Int':
      return (hash % 2_000) - 1_000;
    case 'Float':
      return (hash % 10_000) / 8;
    case 'Boolean':
      return hash % 2 === 0;
    case 'ID':
      return `id${hash % 1_000}`;
    case 'String':
      return hash % 17 === 0 ? '' : `s${hash % 1_000}${hash % 13 === 0 ? ' "ü\\\n\u2028' : ''}`;
    default:
      return [hash % 100, `c${hash % 100}`, { a: [hash % 7, null], __typename: 'no type' }, [true, []], false][hash % 5];
  }
}

function planted(record: Rec, field: string): AppError {
  return new AppError('CONFLICT', `planted at ${record.type}.${field} of ${record.id}`);
}

function chance(key: string, probability: number): boolean {
  return probability > 0 && hashOf(key) / 2 ** 32 < probability;
}

/** JSON with the keys of objects in order. */
export function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'absent';
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${entries
    .map(([key, each]) => `${key}:${stable(each)}`)
    .toSorted()
    .join()}}`;
}
